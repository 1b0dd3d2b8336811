namespace Drydock.Reconcilers.Oms;

/// <summary>The programs supervisord runs in an OMS container (docs/research/oms.md#programs).</summary>
internal static class OmsPrograms
{
    public const string Nginx = "nginx";

    public const string Console = "oms_console";

    public const string ClusterManager = "oms_drc_cm";

    public const string Supervisor = "oms_drc_supervisor";

    public const string Sshd = "sshd";

    public static IReadOnlyList<string> All { get; } = [Nginx, Console, ClusterManager, Supervisor, Sshd];

    public static IReadOnlyList<string> Core { get; } = [Console, ClusterManager, Supervisor];
}
