namespace Drydock.Reconcilers.Oms;

/// <summary>A project in a list; only the fields that are used.</summary>
internal sealed record ProjectRow
{
    [JsonConverter(typeof(LooseText))]
    public string? Id { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Name { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }
}

internal sealed record ProgressRow
{
    [JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? CurrentStep { get; init; }

    [JsonConverter(typeof(LooseFlag))]
    public bool? EnableIncrSync { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? IncrSyncCheckpoint { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? ReverseIncrTransferCheckpoint { get; init; }
}

/// <summary>A step.</summary>
internal sealed record StepRow
{
    [JsonConverter(typeof(LooseText))]
    public string? Name { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }
}

/// <summary>A component of any kind.</summary>
internal sealed record ComponentRow
{
    [JsonConverter(typeof(LooseText))]
    public string? Name { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Subtopic { get; init; }
}

/// <summary>The components of a project; a list with nothing in it is null.</summary>
internal sealed record ComponentLists
{
    public List<ComponentRow?>? StoreList { get; init; }

    public List<ComponentRow?>? IncrSyncComponents { get; init; }

    public List<ComponentRow?>? FullImportComponents { get; init; }

    public List<ComponentRow?>? FullVerifyComponents { get; init; }

    public List<ComponentRow?>? ReverseStoreList { get; init; }

    public List<ComponentRow?>? ReverseIncrSyncComponents { get; init; }
}

/// <summary>The body of ListProjects.</summary>
internal sealed record ListRequest(string Type, int PageNumber, int PageSize);

/// <summary>The body of requests about one project.</summary>
internal sealed record IdRequest(string Id);
