namespace Drydock.Reconcilers.Oms;

/// <summary>The API of an OMS console (docs/research/oms.md#console-api). An answer counts only by its field
/// <c>success</c>. Only reads, repeated on transport failures.</summary>
internal interface IOmsApi : IDisposable
{
    /// <summary>All projects of both kinds that are not deleted: the same ones that are read from the tables.</summary>
    /// <exception cref="OmsApiException">No answer, or one without success.</exception>
    async Task<IReadOnlyList<OmsProject>> ProjectsAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Where(p => !ProjectStatuses.IsDeleted(p.Status))];

    /// <summary>All projects of both kinds as OMS lists them, page by page. Whether deleted ones are among them is not
    /// documented (docs/research/oms.md#project-status).</summary>
    /// <exception cref="OmsApiException">No answer, or one without success.</exception>
    Task<IReadOnlyList<OmsProject>> ListAsync(CancellationToken cancellationToken);

    /// <summary>How far a project is.</summary>
    /// <exception cref="OmsApiException">No answer, or one without success.</exception>
    Task<ProjectProgress> ProgressAsync(string id, CancellationToken cancellationToken);

    /// <summary>The steps of a project.</summary>
    /// <exception cref="OmsApiException">No answer, or one without success.</exception>
    Task<IReadOnlyList<ProjectStep>> StepsAsync(string id, CancellationToken cancellationToken);

    /// <summary>The components of a project.</summary>
    /// <exception cref="OmsApiException">No answer, or one without success.</exception>
    Task<IReadOnlyList<ProjectComponent>> ComponentsAsync(string id, CancellationToken cancellationToken);
}

/// <summary>Where a console is and who asks.</summary>
/// <param name="Address">Scheme, host, port and, behind a proxy, a path; the API's own path is appended.</param>
/// <param name="Authority">PEM of the authorities that may have signed the console's certificate; null for those of the
/// system.</param>
internal sealed record OmsApiTarget(Uri Address, string User, Secret Password, string? Authority = null)
{
    /// <summary>The name in the console's certificate; null for the host of the address.</summary>
    public string? ServerName { get; init; }
}

/// <summary>How far a project is.</summary>
internal sealed record ProjectProgress
{
    /// <summary>Status in OMS's own words (docs/research/oms.md#project-status).</summary>
    public required string Status { get; init; }

    /// <summary>The step it is in, in OMS's own words; null if it says none.</summary>
    public string? CurrentStep { get; init; }

    public bool? SynchronizesIncrements { get; init; }

    public DateTimeOffset? Checkpoint { get; init; }

    /// <summary>A checkpoint that is not a time (some sources have their own form); null otherwise.</summary>
    public string? CheckpointText { get; init; }

    /// <summary>The console's clock when it answered; the operator's where it does not say.</summary>
    public required DateTimeOffset AnsweredAt { get; init; }

    /// <summary>How far it is behind, by the console's clock; null if unknown.</summary>
    public TimeSpan? Lag =>
        Checkpoint is { } checkpoint ? AnsweredAt > checkpoint ? AnsweredAt - checkpoint : TimeSpan.Zero : null;
}

/// <summary>One step of a project.</summary>
/// <param name="Name">For instance <c>INCR_TRANSFER</c>, <c>TRANSFER_APP_SWITCH</c>.</param>
/// <param name="Status">For instance <c>INIT</c>, <c>RUNNING</c>, <c>MONITORING</c>, <c>FINISHED</c>.</param>
internal sealed record ProjectStep(string Name, string Status);

/// <summary>One component of a project.</summary>
/// <param name="Status">Its status in OMS's own words; their full list is not documented
/// (docs/research/oms.md#project-status).</param>
/// <param name="Subtopic">The subtopic it serves; several stores may serve one. Empty if it says none.</param>
internal sealed record ProjectComponent(ProjectComponentKind Kind, string Name, string Status, string Subtopic = "");

/// <summary>Kinds of components of a project, by the list of <c>DescribeProjectComponents</c> they are in.</summary>
internal enum ProjectComponentKind
{
    Store,

    /// <summary>Applies increments (<c>incrSyncComponents</c>; JDBCWriter or Connector before 4.1.1).</summary>
    IncrSync,

    FullImport,

    FullVerification,

    ReverseStore,

    ReverseIncrSync,
}
