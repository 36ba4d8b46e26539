defmodule Jobs.Queue do
  @moduledoc """
  Holds jobs.
  """
  use GenServer
  alias Jobs.Store

  @limit 10

  @doc """
  Makes one.
  """
  @spec new(integer) :: Job.t()
  def new(id) when id > 0 do
    Store.open() |> put(id)
  end

  # Puts one.
  defp put(store, id), do: {store, id}

  defmacro twice(do: block) do
    quote do
      unquote(block)
    end
  end
end

defimpl Size, for: Jobs.Queue do
  def size(_queue), do: 0
end
