namespace Drydock.Reconcilers.Oms;

/// <summary>The programs supervisord runs in an OMS container (docs/research/oms.md#programs).</summary>
internal static class OmsPrograms
{
    /// <summary>The web server.</summary>
    public const string Nginx = "nginx";

    /// <summary>The console (Ghana); holds ha.config.</summary>
    public const string Console = "oms_console";

    /// <summary>Cluster management (CM).</summary>
    public const string ClusterManager = "oms_drc_cm";

    /// <summary>The agent that starts and watches Stores and writers.</summary>
    public const string Supervisor = "oms_drc_supervisor";

    /// <summary>The ssh server.</summary>
    public const string Sshd = "sshd";

    /// <summary>All of them. Other programs (crond in some versions) may be there too.</summary>
    public static IReadOnlyList<string> All { get; } = [Nginx, Console, ClusterManager, Supervisor, Sshd];

    /// <summary>Those that every version has and without which OMS does not work.</summary>
    public static IReadOnlyList<string> Core { get; } = [Console, ClusterManager, Supervisor];
}
