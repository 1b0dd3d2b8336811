namespace Drydock.Lab.Oms;

/// <summary>The old OMS before the upgrade.</summary>
public sealed record OmsScenarioOptions
{
    /// <summary>
    /// An absolute directory of this machine. Each host gets its config.yaml and three mounts below it.
    /// </summary>
    public required string Root { get; init; }

    /// <summary>The images; see <see cref="OmsImages.BuildAsync"/>.</summary>
    public required OmsImages Images { get; init; }

    /// <summary>Regions in order; null for one region <c>cn-hangzhou</c> with all hosts.</summary>
    public IReadOnlyList<OmsRegion>? Regions { get; init; }

    /// <summary>drc_rm_db.</summary>
    public string RmDatabase { get; init; } = "rm_340";

    /// <summary>drc_cm_db.</summary>
    public string CmDatabase { get; init; } = "cm_340";

    /// <summary>The running image (<see cref="OmsImages.Of"/>): <c>3.2.2</c>, <c>3.3.0_ce</c>, …</summary>
    public string From { get; init; } = "3.2.2";

    /// <summary>The image of the upgrade.</summary>
    public string To { get; init; } = "4.2.2";

    /// <summary>The name of the running old container on every host.</summary>
    public string OldContainer { get; init; } = "oms_322bp2";

    /// <summary>Its restart policy.</summary>
    public string OldRestartPolicy { get; init; } = "always";

    /// <summary>Further options of <c>docker run</c> for the old containers.</summary>
    public IReadOnlyList<string> OldRunOptions { get; init; } = [];

    /// <summary>
    /// Whether the containers see config.yaml by a bind of the directory above it, <c>/home/admin/conf</c>.
    /// </summary>
    public bool ConfigDirectoryBound { get; init; }

    /// <summary>Whether the new image is on the hosts after a reset.</summary>
    public bool NewImagePresent { get; init; } = true;

    /// <summary>Whether certificate and key are mounted, so that the console speaks TLS only.</summary>
    public bool Https { get; init; }

    /// <summary>Custom ports in config.yaml; null for the defaults.</summary>
    public OmsPorts? Ports { get; init; }

    /// <summary>cm_nodes in the config.yaml of one host, if they are not the hosts of its region.</summary>
    public Func<OmsRegion, IOmsHost, IReadOnlyList<string>>? CmNodes { get; init; }

    /// <summary>
    /// Whether names occur twice: among the migration projects, among the sync projects and across both. One DELETED
    /// project also has each of these names.
    /// </summary>
    public bool DuplicateNames { get; init; }

    /// <summary>Whether projects have names as users give them, and not such that break careless programs.</summary>
    public bool PlainNames { get; init; }

    /// <summary>Writers with a blackRegionNo of another region.</summary>
    public bool CascadedWriters { get; init; }

    /// <summary>Rows of heatbeat_sequence.</summary>
    public int HeartbeatSequenceRows { get; init; } = 5000;

    /// <summary>Projects to seed; a third of them are sync projects.</summary>
    public int Projects { get; init; } = 12;

    /// <summary>The ha.config row: <see cref="OmsHaConfigs"/>, any JSON text, or null for no row.</summary>
    public string? HaConfig { get; init; } = OmsHaConfigs.Enabled;

    /// <summary>
    /// config.yaml with quoted keys, tags (<c>!!bool "true"</c>), string ports and unknown extra keys.
    /// </summary>
    public bool QuotedConfig { get; init; }

    /// <summary>Changes config.yaml of one host before it is written: (host, text) to text.</summary>
    public Func<IOmsHost, string, string>? EditConfig { get; init; }

    /// <summary>Further SQL after the seed, per database role: <c>rm</c>, <c>cm</c>.</summary>
    public IReadOnlyDictionary<string, string>? ExtraSql { get; init; }

    /// <summary>The switches from the first container on.</summary>
    public OmsKnobs Knobs { get; init; } = new();
}
