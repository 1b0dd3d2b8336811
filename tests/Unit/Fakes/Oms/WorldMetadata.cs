using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life's sessions on the metadata database.</summary>
internal sealed class WorldMetadata(OmsWorld world, OperatorLife life, MySqlOptions target)
    : SqlOmsMetadata(target, EndpointPolicy.Unrestricted)
{
    private readonly WorldMetadataServer _server = world.Metadata;

    public override Task<ServerFacts> ServerAsync(CancellationToken cancellationToken) => Look(() => new ServerFacts
    {
        Kind = MySqlServerKind.MariaDb,
        Version = "10.11.6-MariaDB",
        Identity = _server.Aliases.GetValueOrDefault(Target.Server, _server.Identity),
        Addresses = [ClaimTarget.AddressOf(Target.Server, Target.Port)],
        Host = "metadb",
        Now = world.Time.GetUtcNow() + _server.ClockOffset,
        ReadOnly = _server.IsReadOnly,
        IsReplica = _server.IsReplica,
        Address = Target.Address,
        Account = "drc@%",
        Grants = new GrantList(_server.Grants),
        NamedLocks = _server.NamedLocks,
        FunctionsNeedSuper = _server.FunctionsNeedSuper,
        FreeBytes = _server.FreeBytes,
    });

    public override Task<RestoreCatalogue> RestoreCatalogueAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        Look(() => new RestoreCatalogue(
            [.. databases.Where(d => _server.Databases.GetValueOrDefault(d)).Select(d => new RestoreContent(d)
            {
                HasTriggers = _server.Definers.Count > 0,
                Definers = _server.Definers,
                Refusals = _server.Refusals
            })],
            _server.AbsentLists)
        {
            Questions = [.. _server.Questions],
            OutsideKeys = [.. _server.OutsideKeys],
        });

    public override Task<IReadOnlyList<OutsideKey>> OutsideKeysAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<OutsideKey>>(() => [.. _server.OutsideKeys]);

    public override Task<IReadOnlyList<string>> AbsentAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<string>>(() => [.. databases.Where(d => !_server.Databases.GetValueOrDefault(d))]);

    public override Task<IReadOnlyList<long>> SizesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<long>>(() => [.. databases.Select(_ => _server.DatabaseBytes / databases.Count)]);

    public override Task<HaConfigRow> ReadHaConfigAsync(string rmDatabase, CancellationToken cancellationToken) =>
        Look(() => new HaConfigRow(_server.HaConfig is not null, _server.HaConfig));

    public override Task<bool> CompareAndSwapHaConfigAsync(
        string rmDatabase, string expectedRaw, string newRaw, CancellationToken cancellationToken) =>
        Change("ha.config", () =>
        {
            if (_server.HaConfig != expectedRaw)
            {
                return _server.HaConfig == newRaw;
            }

            _server.HaConfig = newRaw;
            world.Did(HaConfig.Parse(newRaw).Enable ? "ha on" : "ha off", rmDatabase);
            return true;
        });

    public override Task<bool> InsertHaConfigAsync(
        IMetadataLock metadataLock, string rmDatabase, string raw, CancellationToken cancellationToken) =>
        Change("insert ha.config", () =>
        {
            Held(metadataLock);
            if (_server.HaConfig is not null)
            {
                return false;
            }

            _server.HaConfig = raw;
            world.Did(HaConfig.Parse(raw).Enable ? "ha on" : "ha off", rmDatabase);
            return true;
        });

    public override Task<IReadOnlyList<DuplicateProjectName>> DuplicateProjectsAsync(
        string rmDatabase, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<DuplicateProjectName>>(
            () => [.. _server.Duplicates, .. ProjectNames.Duplicates(_server.Projects)]);

    public override Task<string?> HaConfigInsertProblemAsync(string rmDatabase, CancellationToken cancellationToken) =>
        Look(() => _server.HaConfigInsertProblem);

    public override Task<ProjectNamesRead> ProjectNamesAsync(string rmDatabase, CancellationToken cancellationToken) =>
        Look(() => new ProjectNamesRead(
            [.. _server.Projects], new ProjectNameLimits(_server.NameLength, _server.NameLength), Truncated: false));

    public override Task<IReadOnlyList<string>> NamesInUseAsync(
        string rmDatabase, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<string>>(() => [.. names.Where(
            n => _server.Projects.Exists(p => string.Equals(p.Name, n, StringComparison.OrdinalIgnoreCase)))]);

    public override Task<IReadOnlyList<OmsProject>> ProjectsByIdAsync(
        string rmDatabase, IReadOnlyCollection<(ProjectKind Kind, string Id)> ids,
        CancellationToken cancellationToken) =>
        Look<IReadOnlyList<OmsProject>>(() => [.. _server.Projects.Where(p => ids.Contains((p.Kind, p.Id)))]);

    public override Task<IReadOnlyList<string>> RenameProjectsAsync(
        IMetadataLock metadataLock, string rmDatabase, IReadOnlyList<ProjectRename> renames, bool mustBeFree,
        CancellationToken cancellationToken) =>
        Change<IReadOnlyList<string>>("rename", () =>
        {
            Held(metadataLock);
            var wrong = renames.Where(
                r => !_server.Projects.Exists(p => p.Kind == r.Kind && p.Id == r.Id && p.Name == r.OldName)
                    || (mustBeFree && _server.Projects.Exists(
                        p => string.Equals(p.Name, r.NewName, StringComparison.OrdinalIgnoreCase)))).ToList();
            if (wrong.Count > 0)
            {
                return [.. wrong.Select(r => $"{ProjectRenamer.Key(r.Kind, r.Id)} is not as it was")];
            }

            foreach (var rename in renames)
            {
                var index = _server.Projects.FindIndex(p => p.Kind == rename.Kind && p.Id == rename.Id);
                _server.Projects[index] = _server.Projects[index] with { Name = rename.NewName };
                world.Did("rename", $"{ProjectRenamer.Key(rename.Kind, rename.Id)} {rename.NewName}");
            }

            return [];
        });

    public override Task<ProjectsRead> ProjectsAsync(
        string rmDatabase, int limit, CancellationToken cancellationToken) =>
        Look(() =>
        {
            var there = _server.Projects.Where(p => p.Status != "DELETED").ToList();
            return new ProjectsRead([.. there.GroupBy(p => p.Kind).SelectMany(kind => kind.Take(limit))], there.Count);
        });

    public override Task<IReadOnlyList<CascadedWriter>> CascadedWritersAsync(
        string cmDatabase, int cmLocation, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<CascadedWriter>>(() => [.. _server.Cascades]);

    public override Task<IReadOnlyList<MetadataHost>> HostsAsync(
        string cmDatabase, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<MetadataHost>>(() => _server.HostsProblem is { } problem
            ? throw new OmsMetadataException(OmsMetadataErrorKind.Other, problem)
            : [.. world.Hosts.Select(
                h => new MetadataHost(h.Ip, _server.HostStatus.GetValueOrDefault(h.Ip, "ONLINE")))]);

    public override Task<IReadOnlyList<SupervisorHeartbeat>> HeartbeatsAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<SupervisorHeartbeat>>(() =>
        {
            _server.Refresh();
            return [.. world.Hosts.Where(h => world.HeartbeatDatabase(h.Region) == heartbeatDatabase)
                .Select(h => new SupervisorHeartbeat(h.Ip, _server.Age(h.Ip)))];
        });

    public override Task<IReadOnlyList<string>?> VersionsAsync(
        string rmDatabase, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<string>?>(() => _server.Versions?.ToArray());

    public override Task<IReadOnlyList<ClusterInfoRow>> ClusterInfoAsync(
        string rmDatabase, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<ClusterInfoRow>>(() => [.. _server.ClusterInfo]);

    public override Task<IReadOnlyList<MetadataSession>> OtherSessionsAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        Look<IReadOnlyList<MetadataSession>>(() =>
        [
            .. _server.OmsSessions.Where(s => databases.Contains(s.Database)).Select(s => new MetadataSession(
                s.Id, "drc", $"{s.Container.Host.Ip}:40{s.Id % 1000}", s.Database, "Sleep", 17)),
            .. _server.OtherSessions.Where(s => databases.Contains(s.Database)),
        ]);

    public override Task EndSessionsAsync(
        IReadOnlyCollection<long> connectionIds, CancellationToken cancellationToken) =>
        Change("end sessions", () =>
        {
            world.Did("kill", string.Join(',', connectionIds));
            world.After(TimeSpan.FromMilliseconds(300), () =>
            {
                _server.OmsSessions.RemoveAll(s => connectionIds.Contains(s.Id));
                _server.OtherSessions.RemoveAll(s => connectionIds.Contains(s.Id));
            });
            return connectionIds.Count;
        });

    public override Task<MetadataContent> ContentAsync(
        IEnumerable<string> heartbeats, IReadOnlyCollection<string> schemas, CancellationToken cancellationToken) =>
        Look(() =>
            new MetadataContent(
                new(
                    heartbeats.Where(_server.HeartbeatRows.ContainsKey).ToDictionary(d => d, _ => _server.NewestId),
                    StringComparer.Ordinal),
                MetadataContent.SchemaOf(schemas.SelectMany(d => _server.Columns(d))))
            {
                Identity = _server.Aliases.GetValueOrDefault(Target.Server, _server.Identity),
                IsReplica = _server.IsReplica,
            });

    public override Task<SequenceTables> HeartbeatSequenceAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        Look(() =>
            new SequenceTables(_server.HeartbeatRows.TryGetValue(heartbeatDatabase, out var rows)
                ? new SequenceTable(rows == 0 ? null : _server.NewestId, rows > 1)
                : null, null, null));

    public override Task TrimHeartbeatSequenceAsync(
        IMetadataLock metadataLock, string heartbeatDatabase, CancellationToken cancellationToken) =>
        Change("trim", () =>
        {
            Held(metadataLock);
            world.Rules.Check(
                _server.OmsSessions.Count == 0, $"{heartbeatDatabase} was trimmed while OMS was connected");
            _server.HeartbeatRows[heartbeatDatabase] = Math.Min(1, _server.HeartbeatRows[heartbeatDatabase]);
            world.Did("trim", heartbeatDatabase);
            return true;
        });

    public override Task<IMetadataLock?> TryLockAsync(
        string name, TimeSpan wait, CancellationToken cancellationToken) =>
        Look<IMetadataLock?>(() => _server.TryLock(life, name));

    public override Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken) =>
        Look(() => _server.Holder(name));

    private void Held(IMetadataLock metadataLock)
    {
        if (!_server.Holds((WorldLock)metadataLock))
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.LockLost, $"session {metadataLock.ConnectionId} no longer holds "
                    + $"{((WorldLock)metadataLock).Name}; nothing was done");
        }
    }

    private Task<T> Look<T>(Func<T> look) => life.LookAsync(() =>
    {
        world.Ask("sql");
        return Connected(look);
    });

    private Task<T> Change<T>(string what, Func<T> change) =>
        life.ChangeAsync(what, () => Connected(change), unclear: () => new OmsMetadataException(
            OmsMetadataErrorKind.Unreachable, $"the connection to {Target.Address} broke"));

    private T Connected<T>(Func<T> use)
    {
        if (!_server.IsReachable || (Target.Server != WorldMetadataServer.Host
            && !_server.Aliases.ContainsKey(Target.Server)) || Target.Port != WorldMetadataServer.Port)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.Unreachable,
                $"{Target.Address} cannot be reached; is the server up, and are host and port right?");
        }

        if (Target.UserID != _server.User || Target.Password != _server.Password)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.AccessDenied,
                $"{Target.Address} refuses the account {Target.UserID}; correct its password");
        }

        return use();
    }
}
