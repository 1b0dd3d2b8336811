namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What to list, and how.</summary>
public sealed record ListOptions
{
    /// <summary>Label selector, for instance <c>app=x</c>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector, for instance <c>metadata.name=x</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>
    /// Objects a page at most; all pages are read. A page that is too large in bytes is asked for again with fewer
    /// objects.
    /// </summary>
    public int PageSize { get; init; } = 50;

    /// <summary>Called after each page: the server answers, however long the list is.</summary>
    public Action? OnPage { get; init; }

    /// <summary>
    /// Asks the server for metadata only: nothing else of the objects is sent, so no Secret value reaches this process.
    /// </summary>
    public bool MetadataOnly { get; init; }

    /// <summary>True to report objects that do not fit the type beside the others; false to throw.</summary>
    public bool TolerateUnreadable { get; init; }
}
