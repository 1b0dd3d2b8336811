namespace Drydock.Reconcilers.Oms;

/// <summary>What the OmsUpgrade controller is composed of.</summary>
internal sealed record OmsServices : ControllerServices
{
    public required DockerEndpoints Docker { get; init; }

    /// <summary>Binds to a metadata server without connecting. Every operation of the result opens its own session and
    /// closes it, without reconnect, so that a statement can never arrive late in an unknown session.</summary>
    public required Func<MySqlOptions, SqlOmsMetadata> Metadata { get; init; }

    public required IArchiveReader Archives { get; init; }

    public HostArchives HostArchives { get; } = new();

    /// <summary>Opens the API of a console without connecting; throws <see cref="OmsApiException"/> if the authority of
    /// the target is not a certificate.</summary>
    public required Func<OmsApiTarget, HttpOmsApi> Api { get; init; }

    public required IStorages BackupStorage { get; init; }

    public required AsyncSignal SnapshotChanges { get; init; }
}
