namespace Drydock.Reconcilers.Oms;

/// <summary>What is read from and written to OMS's metadata databases. Every method opens its own session; all throw
/// <see cref="OmsMetadataException"/> (which never carries a password or the text of a statement) and
/// <see cref="OperationCanceledException"/>. Database names are validated and quoted. The SQL is portable between MySQL
/// 5.7 and 8, MariaDB and OceanBase's MySQL mode.</summary>
internal interface IOmsMetadata
{
    MySqlOptions Target { get; }

    Task<ServerFacts> ServerAsync(CancellationToken cancellationToken);

    Task<RestoreCatalogue> RestoreCatalogueAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>Which of the databases the server does not have, or hides from the account.</summary>
    Task<IReadOnlyList<string>> AbsentAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>The server's estimate of data and indexes of each existing database, in bytes.</summary>
    Task<IReadOnlyList<long>> SizesAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>Reads the <c>ha.config</c> row of <c>oms_normal_config</c>
    /// (docs/research/oms.md#high-availability).</summary>
    Task<HaConfigRow> ReadHaConfigAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>Writes <c>ha.config</c> only if it still holds, byte for byte, what was read. True if the row holds
    /// <paramref name="newRaw"/> afterwards.</summary>
    Task<bool> CompareAndSwapHaConfigAsync(
        string rmDatabase, string expectedRaw, string newRaw, CancellationToken cancellationToken);

    /// <summary>Inserts the absent <c>ha.config</c> row in the session that holds the lock. True if the row was
    /// inserted, false if there was one already. Columns that must have a value and have no default get one that fits
    /// (time: now; number: 0 or the next key; text: empty); refuses (<see cref="OmsMetadataErrorKind.Other"/>) if there
    /// is one whose value cannot be guessed.</summary>
    Task<bool> InsertHaConfigAsync(
        IMetadataLock metadataLock, string rmDatabase, string raw, CancellationToken cancellationToken);

    /// <summary>Why <see cref="InsertHaConfigAsync"/> would refuse: the table is not there, or has a column whose value
    /// cannot be guessed. Null if it would not.</summary>
    Task<string?> HaConfigInsertProblemAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>All names used by more than one project that is not deleted, within each table and across both
    /// (docs/research/oms.md#checks-before-an-upgrade). Only for OMS below 4.0.1.</summary>
    Task<IReadOnlyList<DuplicateProjectName>> DuplicateProjectsAsync(
        string rmDatabase, CancellationToken cancellationToken);

    /// <summary>Projects of <c>oms_project</c> and <c>oms_sync_project</c> that are not deleted. Only for OMS below
    /// 4.0.1.</summary>
    /// <param name="limit">How many are read of each table at most.</param>
    Task<ProjectsRead> ProjectsAsync(string rmDatabase, int limit, CancellationToken cancellationToken);

    /// <summary>Every row of both project tables, deleted ones included, with the length a name may have. Only for OMS
    /// below 4.0.1.</summary>
    Task<ProjectNamesRead> ProjectNamesAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>Which of the names any project has, deleted ones included, as the server's own collations
    /// compare.</summary>
    Task<IReadOnlyList<string>> NamesInUseAsync(
        string rmDatabase, IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>The rows with these ids; those that do not exist are left out.</summary>
    Task<IReadOnlyList<OmsProject>> ProjectsByIdAsync(
        string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids, CancellationToken cancellationToken);

    /// <summary>Renames projects in one transaction in the session that holds the lock, each only if it still has its
    /// old name byte for byte: all of them or none. Returns what prevented it; empty if all are renamed.</summary>
    /// <param name="metadataLock">The lock; after an error its session must be closed, so that the server rolls back
    /// what was not committed.</param>
    Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken);

    /// <summary>Writers whose <c>sourceFile.blackRegionNo</c> differs from the region's <c>cm_location</c>, at most
    /// 200.</summary>
    Task<IReadOnlyList<CascadedWriter>> CascadedWritersAsync(
        string cmDatabase, int cmLocation, CancellationToken cancellationToken);

    /// <summary>The hosts cluster management knows, and their status (docs/research/oms.md#metadata-tables).</summary>
    Task<IReadOnlyList<OmsHost>> HostsAsync(string cmDatabase, CancellationToken cancellationToken);

    /// <summary>The supervisors' heartbeats of one region, with their age as the server's own clock gives it
    /// (docs/research/oms.md#hosts).</summary>
    Task<IReadOnlyList<SupervisorHeartbeat>> HeartbeatsAsync(
        string heartbeatDatabase, CancellationToken cancellationToken);

    /// <summary>The versions in <see cref="VersionTable"/>; null if there is no such table.</summary>
    Task<IReadOnlyList<string>?> VersionsAsync(string rmDatabase, CancellationToken cancellationToken);

    Task<IReadOnlyList<ClusterInfoRow>> ClusterInfoAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>Sessions of others that have one of the databases as their current one. Never the text of a
    /// statement.</summary>
    Task<IReadOnlyList<MetadataSession>> OtherSessionsAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>Ends sessions by connection id; a missing session is not an error. The server ends them a moment later:
    /// read again.</summary>
    Task EndSessionsAsync(IReadOnlyCollection<long> connectionIds, CancellationToken cancellationToken);

    Task<SequenceTables> HeartbeatSequenceAsync(string heartbeatDatabase, CancellationToken cancellationToken);

    /// <summary>Replaces <c>heatbeat_sequence</c> by a table with its newest row, in the session that holds the lock,
    /// or completes a replacement that was interrupted (docs/research/oms.md#heartbeat-sequence). It takes as long for
    /// any number of rows, and may be repeated.</summary>
    Task TrimHeartbeatSequenceAsync(
        IMetadataLock metadataLock, string heartbeatDatabase, CancellationToken cancellationToken);

    /// <summary>Takes a named lock in a dedicated session that lives until the result is disposed: <c>GET_LOCK</c>, or
    /// a lock row where the server has none. Null if another session holds it for the whole of <paramref name="wait"/>;
    /// the row of a session that is no longer listed is waited for until it lapses (75 s).</summary>
    Task<IMetadataLock?> TryLockAsync(string name, TimeSpan wait, CancellationToken cancellationToken);

    Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken);
}

/// <param name="Databases">What the existing databases hold.</param>
/// <param name="AbsentLists">Views of information_schema that the server does not have.</param>
internal sealed record RestoreCatalogue(IReadOnlyList<RestoreContent> Databases, IReadOnlyList<string> AbsentLists);

/// <summary>The <c>ha.config</c> row as it was read.</summary>
/// <param name="Present">False if there is no row or no such table (OMS up to 3.3.0): HA is off then.</param>
/// <param name="Raw">The text of <c>cfg_value</c>, unchanged; null if there is no row.</param>
/// <param name="TablePresent">False if even the table does not exist.</param>
internal sealed record HaConfigRow(bool Present, string? Raw, bool TablePresent = true);

/// <param name="Projects">Those read, migration first, in the order of their ids.</param>
internal sealed record ProjectsRead(IReadOnlyList<OmsProject> Projects, long Total)
{
    public bool Truncated => Total > Projects.Count;
}

/// <param name="Projects">The rows, migration first, in the order of their ids.</param>
/// <param name="Limits">Length of <c>project_name</c> as the catalogue has it; of a table that does not exist, that of
/// the other.</param>
/// <param name="Truncated">True if there are more rows than were read.</param>
internal sealed record ProjectNamesRead(IReadOnlyList<OmsProject> Projects, ProjectNameLimits Limits, bool Truncated);

/// <summary>A writer whose <c>sourceFile.blackRegionNo</c> is not the region's <c>cm_location</c>.</summary>
/// <param name="Identity">What the row says of whose setting it is: <c>id=7, job_id=12</c>. The columns of this table
/// are not public, so those ending in id or name are shown.</param>
internal sealed record CascadedWriter(string Value, string Identity);

/// <summary>A host as cluster management knows it (<c>host</c> in the cm database).</summary>
/// <param name="Status">Its status; <c>ONLINE</c> is the only value known publicly.</param>
internal sealed record OmsHost(string Ip, string Status)
{
    public static bool IsOnline(string status) =>
        string.Equals(status.Trim(), "ONLINE", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A supervisor's heartbeat (<c>heart_beat</c> in a heartbeat database).</summary>
/// <param name="HostIp">The node's address, its OMS_HOST_IP.</param>
/// <param name="Age">How long ago by the server's own clock; may be slightly negative.</param>
internal sealed record SupervisorHeartbeat(string HostIp, TimeSpan Age)
{
    public static TimeSpan? Newest(IEnumerable<SupervisorHeartbeat> beats, string address) => beats
        .Where(b => NodeAddress.Same(b.HostIp, address) && b.Age < TimeSpan.MaxValue)
        .Min(b => (TimeSpan?)b.Age);
}

/// <summary>A region as OMS itself has it (<c>cluster_info</c> in the rm database;
/// docs/research/oms.md#metadata-tables).</summary>
/// <param name="Region"><c>cm_region</c>; may be empty in a single-region system.</param>
/// <param name="Code"><c>cm_location</c> as text.</param>
internal sealed record ClusterInfoRow(string Region, string Code, bool IsDefault);

/// <summary>A session on the metadata server. Never the text of its statement.</summary>
/// <param name="Host">Where it comes from, <c>host:port</c>.</param>
/// <param name="Command">What kind of command it runs, for instance <c>Sleep</c> or <c>Query</c>.</param>
/// <param name="Seconds">For how long it has been doing that.</param>
internal sealed record MetadataSession(
    long Id, string User, string Host, string Database, string Command, long Seconds = 0)
{
    public string Client =>
        Host.LastIndexOf(':') is > 0 and var colon && Host.IndexOf(':', StringComparison.Ordinal) == colon
            ? Host[..colon]
            : Host;

    /// <summary>For messages, its connection id first. The seconds are rounded down, so that a message does not change
    /// with each of them: it is written into a status.</summary>
    public override string ToString() =>
        $"{Id} ({User} from {Host} on {Database}, {Command} for {Seconds - (Seconds % (Seconds < 60 ? 10 : 60))} s)";
}

/// <summary>A named lock on the metadata server, held by one dedicated session without reconnect: <c>GET_LOCK</c>, or a
/// lock row where the server has none. If the session dies nothing more runs under the lock. Disposal releases the lock
/// and closes the session.</summary>
internal interface IMetadataLock : IAsyncDisposable
{
    /// <summary>The session as the process list shows it.</summary>
    long ConnectionId { get; }

    /// <summary>Runs destructive statements in the very session that holds the lock, one caller at a time, after asking
    /// that it is still held. Throws <see cref="OmsMetadataException"/> of kind
    /// <see cref="OmsMetadataErrorKind.LockLost"/> if it is not.</summary>
    Task<T> RunAsync<T>(Func<MySqlSession, CancellationToken, Task<T>> action, CancellationToken cancellationToken);
}

/// <summary>The metadata server could not be used. The message is a sentence with server, database and what to do;
/// neither it nor an inner exception carries a password or a statement. A step that acts counts it as a failed attempt
/// and may be tried again: whether an interrupted statement took effect is read by the next observation.</summary>
internal sealed class OmsMetadataException(OmsMetadataErrorKind kind, string message)
    : TargetException(Reasons.StepFailed, message)
{
    public OmsMetadataErrorKind Kind { get; } = kind;
}

/// <summary>What went wrong with the metadata server, as far as callers treat it differently.</summary>
internal enum OmsMetadataErrorKind
{
    /// <summary>Anything else; the message has the server's code.</summary>
    Other,

    /// <summary>No connection, or it broke. Whether the last statement took effect is not known.</summary>
    Unreachable,

    AccessDenied,

    Missing,

    ReadOnly,

    /// <summary>The session no longer holds the named lock; nothing was done.</summary>
    LockLost,
}
