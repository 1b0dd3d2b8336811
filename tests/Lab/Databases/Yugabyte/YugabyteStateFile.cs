namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>The stand-in's state as it is on disk, as far as the lab reads it.</summary>
internal sealed record YugabyteStateFile
{
    public UniverseFile Universe { get; init; } = new();

    public Dictionary<string, ServerFile> Masters { get; init; } = [];

    public Dictionary<string, ServerFile> Tservers { get; init; } = [];

    public LeadershipFile Leadership { get; init; } = new();

    public Dictionary<string, TabletFile> Tablets { get; init; } = [];

    public ConfigFile Config { get; init; } = new();

    public BalancerFile Balancer { get; init; } = new();

    public AutoFlagsFile AutoFlags { get; init; } = new();

    public CatalogFile Catalog { get; init; } = new();

    public Dictionary<string, GroupFile> Xcluster { get; init; } = [];

    internal sealed record UniverseFile
    {
        public string Uuid { get; init; } = "";

        public bool Formed { get; init; }
    }

    internal sealed record ServerFile
    {
        public string Name { get; init; } = "";

        public string Uuid { get; init; } = "";

        public string Host { get; init; } = "";

        public int Rpc { get; init; }

        public string Version { get; init; } = "";

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
        public string Leader { get; init; } = "";
    }

    internal sealed record ConfigFile
    {
        public List<string> LeaderBlacklist { get; init; } = [];

        public List<string> ServerBlacklist { get; init; } = [];
    }

    internal sealed record BalancerFile
    {
        public bool Disabled { get; init; }
    }

    internal sealed record AutoFlagsFile
    {
        public int Version { get; init; }

        public List<PromotedFile> Promoted { get; init; } = [];
    }

    internal sealed record PromotedFile
    {
        public string Name { get; init; } = "";

        public int Version { get; init; }
    }

    internal sealed record CatalogFile
    {
        public int Version { get; init; }

        public string UpgradedTo { get; init; } = "";
    }

    internal sealed record GroupFile
    {
        public bool Outbound { get; init; }

        public bool Disabled { get; init; }
    }
}
