using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using AuthConfig = Docker.DotNet.Models.AuthConfig;

namespace Drydock.Reconcilers.Oms;

/// <summary>What one upgrade works on: hosts, metadata database and consoles, bound to the current spec and
/// Secrets.</summary>
internal sealed class OmsTargets : IRunTargets
{
    private const int LongestConfig = 1024 * 1024;
    private static readonly TimeSpan LongestSnapshotWait = TimeSpan.FromSeconds(5);

    private readonly OmsServices _services;
    private readonly UsedSecrets _secrets;
    private readonly ConcurrentDictionary<string, ContainerEventFeed> _feeds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Uri, Lazy<HttpOmsApi>> _apis = [];
    private readonly SupervisorSessions _sessions;
    private readonly Lock _gate = new();
    private readonly HashSet<Secret> _known = [];
    private readonly Action _onContainerEvent;
    private SqlOmsMetadata? _metadata;
    private OmsConfig? _metadataSource;
    private OmsInventory? _found;
    private StepCatalog<OmsTargets>? _catalog;
    private volatile BoundUpgrade _bound;
    private volatile Redactor _redactor = Redactor.None;

    /// <param name="onContainerEvent">Called when something happens to a container of a node; must not block.</param>
    public OmsTargets(OmsUpgrade upgrade, UsedSecrets secrets, OmsServices services, Action onContainerEvent)
    {
        _bound = new BoundUpgrade(upgrade, upgrade.Status?.Inventory);
        _secrets = secrets;
        _services = services;
        _onContainerEvent = onContainerEvent;
        _sessions = new SupervisorSessions(services.Time);
        Overflow = new Overflow(services.Kubernetes, OmsUpgrade.KindName, EnsureMayAct);
        Witnesses = new Witnesses(this, services.Time);
        Remember(SecretReferences.In(upgrade.Spec)
            .SelectMany(use => StorageKeys.Confidential.Append("password")
                .Select(key => SecretText.Of(secrets.Data(use.Name), key)))
            .OfType<string>()
            .Select(text => new Secret(text)));
        Remember(upgrade.Spec.Regions.SelectMany(region => region.Nodes)
            .SelectMany(node => ContainerOverrides.Of(upgrade.Spec, node).Env)
            .Concat(upgrade.Spec.Container.Env)
            .SelectMany(variable => SecretVariables.In(variable, SecretValue)));
    }

    public OmsUpgrade Upgrade => _bound.Complete;

    public OmsUpgrade Written => _bound.Written;

    /// <summary>What was found because the spec leaves it out; null before preflight.</summary>
    public OmsInventory? Inventory => _bound.Inventory;

    public IKubernetesClient Kubernetes => _services.Kubernetes;

    public IArchiveReader Archives => _services.Archives;

    public HostArchives HostArchives => _services.HostArchives;

    /// <summary>What the status of the upgrade is too small for.</summary>
    public Overflow Overflow { get; }

    public Witnesses Witnesses { get; }

    public Redactor Redactor => _redactor;

    public string Redact(string text) => _redactor.Redact(text);

    public void Refresh(IKubernetesObject entity)
    {
        lock (_gate)
        {
            var upgrade = (OmsUpgrade)entity;
            _bound = new BoundUpgrade(upgrade, _found ?? upgrade.Status?.Inventory);
        }
    }

    public void Complete(OmsInventory? inventory)
    {
        lock (_gate)
        {
            _found = inventory;
            _bound = new BoundUpgrade(Written, inventory);
        }
    }

    public IStepCatalog Catalog() => _catalog ??= new StepCatalog<OmsTargets>(this);

    public Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken) =>
        new OmsPreflight(this, _services.BackupStorage, _services.Time, cancellationToken).RunAsync();

    /// <summary>What preflight finds now, for a plan that is stored.</summary>
    public async Task<IReadOnlyList<Finding>> LookAgainAsync(PlanProgress plan, CancellationToken cancellationToken) =>
        (await new OmsPreflight(this, _services.BackupStorage, _services.Time, cancellationToken, plan).RunAsync())
            .Findings;

    public Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken) =>
        new RunTraces(this).ReadAsync(plan, cancellationToken);

    public async Task<string?> FindObstacleAsync(RunStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return await new RollbackCheck(this).FindObstacleAsync((OmsUpgradeStatus)status, cancellationToken);
        }
        catch (Exception exception)
            when (exception is DockerException or SnapshotException or KeyNotFoundException or IOException)
        {
            // The guards and steps report a host or storage that cannot be reached. Only after a success, when nothing
            // forces the rollback now, it is reported here.
            return status.IsUpgraded() ? Redact(exception.Message) : null;
        }
    }

    public Task<IReadOnlyList<string>> RollbackNotesAsync(RunStatus status, CancellationToken cancellationToken) =>
        RollbackNotes.CompileAsync(this, (OmsUpgradeStatus)status, _services.Time, cancellationToken);

    public Task<bool> MarkAsync(string name, string by, CancellationToken cancellationToken) =>
        WordFiles.MakeAsync(this, name, by, cancellationToken);

    public Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) => StorageBlocker.FindAsync(
        _services.BackupStorage, Upgrade.Spec.Backup.Storage!, Upgrade.Metadata.Namespace, cancellationToken);

    public async Task<Blocker?> FindOutdatedAsync(PlanProgress plan, bool isRedo, CancellationToken cancellationToken)
    {
        try
        {
            var seen = isRedo
                ? await Witnesses.LookAsync(plan, cancellationToken)
                : await Witnesses.LookAtAnyAsync(plan, cancellationToken);
            var unknown = Witnesses.Unknown(seen);
            var unexplained = Witnesses.Unexplained(plan, seen);
            return unknown.Count == 0 && unexplained.Count == 0 ? null : new Blocker(
                Reasons.StatusOutdated,
                $"Nothing is stopped and no database is dropped, because "
                + $"{Oms.Witnesses.Describe(unknown, unexplained)} If OMS is to "
                + $"stay as it is, set {Annotations.OnDelete}={Annotations.Abandon} and delete this object. To go "
                + "back, set spec.desiredState: RolledBack; what was written since the snapshot is lost then.")
            {
                Unknown = unknown,
            };
        }
        catch (StepActionException exception)
        {
            return new Blocker(exception.Reason, Redact(exception.Message));
        }
    }

    public void FollowEvents()
    {
        foreach (var node in _bound.Nodes.Keys)
        {
            try
            {
                Feed(node);
            }
            catch (DockerException)
            {
                // A missing or unusable Secret must not prevent an abort or a rollback; the steps and guards of the
                // node report it.
            }
        }
    }

    /// <summary>The old and the new container of each node, by name. One of them may not exist.</summary>
    public IEnumerable<(OmsNode Node, string Container)> Containers() =>
        from node in _bound.Nodes.Values
        from name in new[]
        {
            node.CurrentContainer ?? Upgrade.Spec.CurrentContainer, node.NewContainer ?? Upgrade.Spec.NewContainer,
        }.OfType<string>()
        select (node, name);

    public DockerClient Docker(string node) => Docker(
        _bound.Nodes.GetValueOrDefault(node)
            ?? throw new KeyNotFoundException(
                $"spec.regions has no node '{node}' any more. Put it back until the upgrade has ended."));

    public DockerClient Docker(OmsNode node) => _services.Docker.Get(new NodeEndpoints(Written, _secrets).Of(node));

    /// <summary>What supervisord in a container answers to <c>supervisorctl status</c>.</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    /// <exception cref="DockerException">There is no such container, or the host cannot be asked.</exception>
    public Task<SupervisorStatus> ProgramsAsync(string node, string container, CancellationToken cancellationToken) =>
        _sessions.StatusAsync(Docker(node), container, cancellationToken);

    public Task NextContainerEventAsync(string node, CancellationToken cancellationToken) =>
        Feed(node).NextAsync(cancellationToken);

    /// <summary>Returns at the next change of a snapshot or restore, or when cancelled.</summary>
    public Task NextSnapshotChangeAsync(string name, CancellationToken cancellationToken) =>
        _services.SnapshotChanges.WaitAsync(LongestSnapshotWait, _services.Time, cancellationToken);

    /// <summary>The metadata database. Credentials come from the Secret, or from config.yaml in a container.</summary>
    /// <exception cref="OmsMetadataException">config.yaml or the Secret cannot be read or used.</exception>
    public async Task<SqlOmsMetadata> MetadataAsync(CancellationToken cancellationToken) =>
        _metadata ??= _services.Metadata(await TargetAsync(cancellationToken));

    /// <summary>If a config.yaml that was just read names another server than the one in use, the next use of the
    /// metadata database reads its address again.</summary>
    public void ForgetMetadata(OmsConfig? read) => _metadata =
        (read?.MetaHost, read?.MetaPort) == (_metadataSource?.MetaHost, _metadataSource?.MetaPort) ? _metadata : null;

    /// <summary>The text of ha.config; null without one.</summary>
    /// <exception cref="OmsMetadataException">It cannot be read.</exception>
    public async Task<string?> HaConfigAsync(string database, CancellationToken cancellationToken) =>
        (await (await MetadataAsync(cancellationToken)).ReadHaConfigAsync(database, cancellationToken)).Raw;

    /// <summary>Opens the metadata database as a config.yaml that was just read has it; preflight does not rely on an
    /// earlier look.</summary>
    public SqlOmsMetadata OpenMetadata(OmsConfig config) => _services.Metadata(Target(config));

    /// <summary>The API of the console; null where the spec gives no credentials for it.</summary>
    /// <exception cref="OmsApiException">The Secret does not exist or cannot be used.</exception>
    public HttpOmsApi? Api(Uri usual) => Upgrade.Spec.Preflight.ApiCredentialsSecretRef is { } reference
        ? _apis.GetOrAdd(
            usual,
            address => new Lazy<HttpOmsApi>(() => _services.Api(
                OmsApiCredentials.Read(reference.Name, _secrets.Data(reference.Name), address)))).Value
        : null;

    /// <summary>The projects as recorded before the upgrade; null if nothing listed them.</summary>
    /// <exception cref="ListUnavailableException">The record was deleted or changed.</exception>
    public async Task<ProjectRecord?> ProjectsBeforeAsync(CancellationToken cancellationToken) =>
        Upgrade.Status?.Projects is not { } recorded ? null
        : recorded.List is not { } list ? ProjectRecord.Empty
        : ProjectRecord.Read(await Overflow.ReadListAsync(Upgrade.Metadata, list, cancellationToken));

    /// <summary>Call before every request but the first of an act that sends several: the engine checks only before the
    /// act.</summary>
    /// <exception cref="Drydock.Runs.ActRefusedException">This process may not act any more.</exception>
    public void EnsureMayAct() => _services.Fence.EnsureMayAct();

    public Secret? SecretValue(SecretKeyReference reference) =>
        SecretText.Of(_secrets.Data(reference.Name), reference.Key) is { } text ? new Secret(text) : null;

    /// <summary>Credentials for pulling an image: those of spec.imagePullSecretRef for its registry. Null where the
    /// spec names no Secret.</summary>
    /// <exception cref="FormatException">The Secret does not exist, cannot be read, or has none for this registry. The
    /// message holds none of its values.</exception>
    public AuthConfig? PullCredentials(string image)
    {
        if (Upgrade.Spec.ImagePullSecretRef?.Name is not { } name)
        {
            return null;
        }

        var data = _secrets.Data(name)
            ?? throw new FormatException(
                $"Secret {name} (spec.imagePullSecretRef) does not exist in namespace {Upgrade.Metadata.Namespace}. "
                    + "Create it with `kubectl create secret docker-registry`.");
        try
        {
            var credentials = RegistryCredentials.For(image, data)
                ?? throw new FormatException(
                    $"it has no credentials for the registry {RegistryCredentials.HostOf(image)}");
            Remember(
                new[] { credentials.Password, credentials.IdentityToken }.Where(s => s is { Length: > 0 })
                    .Select(s => new Secret(s!)));
            return credentials;
        }
        catch (FormatException problem)
        {
            throw new FormatException(
                $"Secret {name} (spec.imagePullSecretRef) cannot be used for {image}: {problem.Message}", problem);
        }
    }

    /// <summary>Counts values as secrets that must never be shown.</summary>
    public void Remember(IEnumerable<Secret> secrets)
    {
        lock (_gate)
        {
            _known.UnionWith(secrets);
            _redactor = new Redactor(_known);
        }
    }

    /// <summary>config.yaml of a container; null if it has none.</summary>
    /// <exception cref="DockerException">There is no such container, or the host cannot be asked.</exception>
    public async Task<OmsConfigResult?> ReadConfigAsync(
        DockerClient docker, string container, CancellationToken cancellationToken)
    {
        var bytes = await docker.Containers.ReadFileAsync(
            container, OmsConfig.ContainerPath, LongestConfig, cancellationToken);
        if (bytes is null)
        {
            return null;
        }

        var result = OmsConfig.Parse(Encoding.UTF8.GetString(bytes));
        Remember(result.SecretValues);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        foreach (var feed in _feeds.Values)
        {
            await feed.DisposeAsync();
        }

        foreach (var api in _apis.Values.Where(a => a.IsValueCreated))
        {
            api.Value.Dispose();
        }
    }

    private ContainerEventFeed Feed(string node) => _feeds.GetOrAdd(
        node,
        name => new ContainerEventFeed(
            Docker(name), _onContainerEvent, _services.Time, _services.Loggers.CreateLogger<OmsTargets>()));

    private MySqlOptions Target(OmsConfig config)
    {
        var spec = Upgrade.Spec.MetadataDatabase;
        var data = spec?.CredentialsSecretRef is { } reference
            ? _secrets.Data(reference.Name)
                ?? throw new OmsMetadataException(
                    OmsMetadataErrorKind.AccessDenied,
                    $"Secret {reference.Name} (spec.metadataDatabase.credentialsSecretRef) does not exist in namespace "
                        + $"{Upgrade.Metadata.Namespace}. Create it with the keys username and password.")
            : null;
        if (SecretLimits.Refusal(spec?.CredentialsSecretRef?.Name ?? "", data, SecretKeys.Database) is { } refusal)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.AccessDenied, $"spec.metadataDatabase.credentialsSecretRef: {refusal}");
        }

        return new MySqlOptions
        {
            Server = spec?.Host ?? SecretText.Of(data, "host") ?? config.MetaHost,
            Port = spec?.Port
                ?? (int.TryParse(SecretText.Of(data, "port"), CultureInfo.InvariantCulture, out var port)
                    ? port
                    : config.MetaPort),
            UserID = SecretText.Of(data, "username") ?? config.MetaUser,
            Password = SecretText.Of(data, "password") ?? config.MetaPassword.Reveal(),
            Tls = ServerTls.Of(spec?.Tls, data?.GetValueOrDefault(SecretKeys.Authority)),
        };
    }

    private async Task<MySqlOptions> TargetAsync(CancellationToken cancellationToken)
    {
        string? problem = null;
        foreach (var (node, container) in Containers())
        {
            try
            {
                if (await ReadConfigAsync(Docker(node), container, cancellationToken) is { Config: { } config })
                {
                    return Target(_metadataSource = config);
                }
            }
            catch (DockerException exception)
            {
                problem = exception.Message;
            }
        }

        throw new OmsMetadataException(
            OmsMetadataErrorKind.Unreachable,
            $"config.yaml cannot be read on any node ({problem ?? "no container has one"}), so the address of the "
                + "metadata database is unknown.");
    }

    /// <summary>An upgrade, and the same with what its spec leaves out.</summary>
    private sealed record BoundUpgrade(OmsUpgrade Written, OmsInventory? Inventory)
    {
        public OmsUpgrade Complete { get; } =
            Written with { Spec = OmsSpecCompletion.Complete(Written.Spec, Inventory) };

        /// <summary>By name. Preflight reports a name that occurs twice.</summary>
        public Dictionary<string, OmsNode> Nodes => field ??= Complete.Spec.Regions.SelectMany(r => r.Nodes)
            .DistinctBy(n => n.Name, StringComparer.Ordinal)
            .ToDictionary(n => n.Name, StringComparer.Ordinal);
    }
}
