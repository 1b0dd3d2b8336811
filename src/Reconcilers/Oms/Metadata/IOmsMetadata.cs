using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What is read from and written to OMS's metadata databases. Every method opens its own session; all throw
/// <see cref="OmsMetadataException"/> (which never carries a password or the text of a statement) and
/// <see cref="OperationCanceledException"/>. Database names are validated and quoted. The SQL is portable between MySQL
/// 5.7 and 8, MariaDB and OceanBase's MySQL mode.
/// </summary>
internal interface IOmsMetadata
{
    /// <summary>Where this goes.</summary>
    MetadataTarget Target { get; }

    /// <summary>Who the server says it is, its clock, and whether it can be written and locked.</summary>
    Task<MetadataServerInfo> ServerAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What the account may not do although the upgrade or its way back needs it. Empty: nothing is missing.
    /// </summary>
    /// <param name="databases">The databases that will be dumped, trimmed, dropped, created and restored, or patterns
    /// of such as a GRANT has them.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    Task<IReadOnlyList<MissingPrivilege>> PrivilegesAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>
    /// For each name, in the order given: whether the database exists, and its character set and collation.
    /// </summary>
    Task<IReadOnlyList<DatabaseInfo>> DatabasesAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>The server's estimate of the size of each existing database.</summary>
    Task<IReadOnlyList<DatabaseSize>> SizesAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the <c>ha.config</c> row of <c>oms_normal_config</c> (docs/research/oms.md#high-availability).
    /// </summary>
    Task<HaConfigRow> ReadHaConfigAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>
    /// Writes <c>ha.config</c> only if it still holds, byte for byte, what was read. True if the row holds
    /// <paramref name="newRaw"/> afterwards.
    /// </summary>
    /// <param name="rmDatabase">The console database (<c>drc_rm_db</c>).</param>
    /// <param name="expectedRaw">What <see cref="ReadHaConfigAsync"/> gave.</param>
    /// <param name="newRaw">What shall be there.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    Task<bool> CompareAndSwapHaConfigAsync(string rmDatabase, string expectedRaw, string newRaw, CancellationToken cancellationToken);

    /// <summary>
    /// Inserts the absent <c>ha.config</c> row in the session that holds the lock. True if the row was inserted, false
    /// if there was one already. Columns that must have a value and have no default get one that fits (time: now;
    /// number: 0 or the next key; text: empty); refuses (<see cref="OmsMetadataErrorKind.Other"/>) if there is one
    /// whose value cannot be guessed.
    /// </summary>
    Task<bool> InsertHaConfigAsync(IMetadataLock metadataLock, string rmDatabase, string raw, CancellationToken cancellationToken);

    /// <summary>
    /// Why <see cref="InsertHaConfigAsync"/> would refuse: the table is not there, or has a column whose value cannot
    /// be guessed. Null if it would not.
    /// </summary>
    Task<string?> HaConfigInsertProblemAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>
    /// All names used by more than one project that is not deleted, within each table and across both
    /// (docs/research/oms.md#checks-before-an-upgrade). Only for OMS below 4.0.1.
    /// </summary>
    Task<IReadOnlyList<DuplicateProjectName>> DuplicateProjectsAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>
    /// Projects of <c>oms_project</c> and <c>oms_sync_project</c> that are not deleted. Only for OMS below 4.0.1.
    /// </summary>
    /// <param name="rmDatabase">The console database (<c>drc_rm_db</c>).</param>
    /// <param name="limit">How many are read of each table at most.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    Task<ProjectsRead> ProjectsAsync(string rmDatabase, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Every row of both project tables, deleted ones included, with the length a name may have. Only for OMS below
    /// 4.0.1.
    /// </summary>
    Task<ProjectNamesRead> ProjectNamesAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>
    /// Which of the names any project has, deleted ones included, as the server's own collations compare.
    /// </summary>
    Task<IReadOnlyList<string>> NamesInUseAsync(string rmDatabase, IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>The rows with these ids; those that do not exist are left out.</summary>
    Task<IReadOnlyList<OmsProject>> ProjectsByIdAsync(string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Renames projects in one transaction in the session that holds the lock, each only if it still has its old name
    /// byte for byte: all of them or none. Gives what stood in the way; empty if they are renamed.
    /// </summary>
    /// <param name="metadataLock">The lock; after an error its session must be given up, by which the server takes back
    /// what was not committed.</param>
    /// <param name="rmDatabase">The console database (<c>drc_rm_db</c>).</param>
    /// <param name="renames">What gets which name.</param>
    /// <param name="mustBeFree">Whether a new name that another project has stands in the way; false on the way back to
    /// shared names.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree, CancellationToken cancellationToken);

    /// <summary>
    /// Writers whose <c>sourceFile.blackRegionNo</c> differs from the region's <c>cm_location</c>, at most 200.
    /// </summary>
    Task<IReadOnlyList<CascadedWriter>> CascadedWritersAsync(string cmDatabase, int cmLocation, CancellationToken cancellationToken);

    /// <summary>The hosts cluster management knows, and their status (docs/research/oms.md#metadata-tables).</summary>
    Task<IReadOnlyList<OmsHost>> HostsAsync(string cmDatabase, CancellationToken cancellationToken);

    /// <summary>
    /// The supervisors' heartbeats of one region, with their age as the server's own clock gives it
    /// (docs/research/oms.md#hosts).
    /// </summary>
    Task<IReadOnlyList<SupervisorHeartbeat>> HeartbeatsAsync(string heartbeatDatabase, CancellationToken cancellationToken);

    /// <summary>The regions OMS itself knows (<c>cluster_info</c>); empty if it has no such table.</summary>
    Task<IReadOnlyList<ClusterInfoRow>> ClusterInfoAsync(string rmDatabase, CancellationToken cancellationToken);

    /// <summary>
    /// Sessions of others that have one of the databases as their current one. Never the text of a statement.
    /// </summary>
    /// <param name="databases">The databases.</param>
    /// <param name="exceptConnectionIds">Rightful sessions, for instance the one that holds the lock. The reading
    /// session itself is always left out.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    Task<IReadOnlyList<MetadataSession>> OtherSessionsAsync(
        IReadOnlyCollection<string> databases, IReadOnlyCollection<long> exceptConnectionIds, CancellationToken cancellationToken);

    /// <summary>
    /// Ends sessions by connection id; one that is gone already is no error. Gives the number ended. The server ends
    /// them a moment later: read again.
    /// </summary>
    Task<int> EndSessionsAsync(IReadOnlyCollection<long> connectionIds, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes all but the newest row of <c>heatbeat_sequence</c>, in batches, in the session that holds the lock (a
    /// form that works on MySQL too; docs/research/oms.md#heartbeat-sequence). Gives the number of rows deleted; 0 if
    /// the table does not exist. May be repeated.
    /// </summary>
    Task<long> TrimHeartbeatSequenceAsync(IMetadataLock metadataLock, string heartbeatDatabase, CancellationToken cancellationToken);

    /// <summary>Exact number of rows of a table.</summary>
    Task<long> RowCountAsync(string database, string table, CancellationToken cancellationToken);

    /// <summary>Whether a table exists.</summary>
    Task<bool> TableExistsAsync(string database, string table, CancellationToken cancellationToken);

    /// <summary>
    /// A hash (<c>sha256:</c>…) over names, columns and types of all tables of a database; the same schema gives the
    /// same hash, whatever the rows.
    /// </summary>
    Task<string> SchemaFingerprintAsync(string database, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a named lock (<c>GET_LOCK</c>) in a session of its own that lives until the result is disposed. Null if
    /// another session holds it for the whole of <paramref name="wait"/>. Throws
    /// <see cref="OmsMetadataErrorKind.Missing"/> where the server has no named locks.
    /// </summary>
    Task<IMetadataLock?> TryLockAsync(string name, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Connection id of the session that holds the named lock; null if it is free.</summary>
    Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken);
}
