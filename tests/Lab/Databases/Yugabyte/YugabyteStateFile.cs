namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// The part of the stand-in's state file that the lab reads. Empty values may be absent or null in the file.
/// </summary>
internal sealed record YugabyteStateFile
{
    public UniverseFile Universe { get; init => field = value ?? new(); } = new();

    public Dictionary<string, ServerFile> Masters { get; init => field = value ?? []; } = [];

    public Dictionary<string, ServerFile> Tservers { get; init => field = value ?? []; } = [];

    public LeadershipFile Leadership { get; init => field = value ?? new(); } = new();

    public Dictionary<string, TabletFile> Tablets { get; init => field = value ?? []; } = [];

    public ConfigFile Config { get; init => field = value ?? new(); } = new();

    public BalancerFile Balancer { get; init => field = value ?? new(); } = new();

    public AutoFlagsFile AutoFlags { get; init => field = value ?? new(); } = new();

    public CatalogFile Catalog { get; init => field = value ?? new(); } = new();

    public Dictionary<string, GroupFile> Xcluster { get; init => field = value ?? []; } = [];

    internal sealed record UniverseFile
    {
        public string Uuid { get; init => field = value ?? ""; } = "";

        public bool Formed { get; init; }
    }

    internal sealed record ServerFile
    {
        public string Name { get; init => field = value ?? ""; } = "";

        public string Uuid { get; init => field = value ?? ""; } = "";

        public string Host { get; init => field = value ?? ""; } = "";

        public int Rpc { get; init; }

        public string Version { get; init => field = value ?? ""; } = "";

        public bool Up { get; init; }

        public int Starts { get; init; }
    }

    internal sealed record LeadershipFile
    {
        public string? Leader { get; init; }

        public int Term { get; init; }
    }

    internal sealed record TabletFile
    {
        public string Leader { get; init => field = value ?? ""; } = "";
    }

    internal sealed record ConfigFile
    {
        public List<string> LeaderBlacklist { get; init => field = value ?? []; } = [];

        public List<string> ServerBlacklist { get; init => field = value ?? []; } = [];
    }

    internal sealed record BalancerFile
    {
        public bool Disabled { get; init; }
    }

    internal sealed record AutoFlagsFile
    {
        public int Version { get; init; }

        public List<PromotedFile> Promoted { get; init => field = value ?? []; } = [];
    }

    internal sealed record PromotedFile
    {
        public string Name { get; init => field = value ?? ""; } = "";

        public int Version { get; init; }
    }

    internal sealed record CatalogFile
    {
        public int Version { get; init; }

        public string UpgradedTo { get; init => field = value ?? ""; } = "";
    }

    internal sealed record GroupFile
    {
        public bool Outbound { get; init; }

        public bool Disabled { get; init; }
    }
}
