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

/// <summary>Opens the API of a console.</summary>
internal interface IOmsApiFactory
{
    /// <summary>Creates a client without connecting.</summary>
    /// <exception cref="OmsApiException">The authority of the target is not a certificate.</exception>
    IOmsApi Open(OmsApiTarget target);
}

/// <summary>Where a console is and who asks.</summary>
/// <param name="Address">Scheme, host, port and, behind a proxy, a path; the API's own path is appended.</param>
/// <param name="User">User name.</param>
/// <param name="Password">Password.</param>
/// <param name="Authority">PEM of the authorities that may have signed the console's certificate; null for those of the
/// system.</param>
internal sealed record OmsApiTarget(Uri Address, string User, Secret Password, string? Authority = null)
{
    /// <summary>The name in the console's certificate; null for the host of the address.</summary>
    public string? ServerName { get; init; }
}
