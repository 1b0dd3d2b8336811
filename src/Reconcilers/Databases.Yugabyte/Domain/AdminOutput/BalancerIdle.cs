namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What get_is_load_balancer_idle prints (docs/research/yugabytedb.md#admin-tool).</summary>
internal static class BalancerIdle
{
    /// <summary>Whether it is idle.</summary>
    /// <exception cref="AdminOutputException">It is neither <c>Idle = 1</c> nor <c>Idle = 0</c>.</exception>
    public static bool Parse(string output) => AdminLines.Number(AdminLines.Of(output), "Idle =") switch
    {
        1 => true,
        0 => false,
        _ => throw new AdminOutputException("get_is_load_balancer_idle", "'Idle = 1' or 'Idle = 0'", output),
    };
}
