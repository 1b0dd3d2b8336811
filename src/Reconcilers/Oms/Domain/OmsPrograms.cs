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

    /// <summary>
    /// All but the console, which may be stopped between the start of an upgrade container and its initialisation.
    /// </summary>
    public static IReadOnlyList<string> AllButConsole { get; } = [Nginx, ClusterManager, Supervisor, Sshd];
}
