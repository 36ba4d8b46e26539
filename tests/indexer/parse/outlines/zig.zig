const std = @import("std");

/// How many.
pub const limit: usize = 10;

/// A piece of work.
pub const Job = struct {
    id: u32,

    /// Makes one.
    pub fn init(id: u32) Job {
        const local = id;
        return .{ .id = local };
    }

    pub fn run(self: *Job) !void {
        try std.debug.print("{d}\n", .{self.id});
        helper(self.id);
    }
};

fn helper(n: u32) void {
    _ = n;
}

test "makes one" {
    _ = Job.init(1);
}
