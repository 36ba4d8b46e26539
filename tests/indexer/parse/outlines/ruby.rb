require 'set'
require_relative './store'

module Jobs
  LIMIT = 10

  # A piece of work.
  class Job < Base::Thing
    include Comparable
    attr_reader :id

    # Makes one.
    def initialize(id)
      @id = id
    end

    def self.make(id) = new(id)

    class << self
      def all
        Store.open.load(:all)
      end
    end

    private

    def valid?
      @id > 0
    end
  end
end

def helper
  Jobs::Job.make(1).run
end
