using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using AuthConfig = Docker.DotNet.Models.AuthConfig;

namespace Drydock.Reconcilers.Oms;

/// <summary>The connections of the steps of one upgrade, bound to the current spec and Secrets.</summary>
internal interface IOmsTargets
{
    OmsUpgrade Upgrade { get; }

    IKubernetesClient Kubernetes { get; }

    IArchiveReader Archives { get; }

    DockerClient Docker(string node);

    /// <summary>What supervisord in a container answers to <c>supervisorctl status</c>, asked after this
    /// call.</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    /// <exception cref="DockerException">There is no such container, or the host cannot be asked.</exception>
    Task<SupervisorStatus> ProgramsAsync(string node, string container, CancellationToken cancellationToken);

    Task NextContainerEventAsync(string node, CancellationToken cancellationToken);

    /// <summary>Returns at the next change of the upgrade's snapshot object, or when cancelled.</summary>
    Task NextSnapshotChangeAsync(string snapshotName, CancellationToken cancellationToken);

    /// <summary>The metadata database. Credentials come from the Secret, or from config.yaml in a container.</summary>
    /// <exception cref="OmsMetadataException">config.yaml or the Secret cannot be read or used.</exception>
    Task<IOmsMetadata> MetadataAsync(CancellationToken cancellationToken);

    /// <summary>The API of the console; null where the spec gives no credentials for it.</summary>
    /// <exception cref="OmsApiException">The Secret does not exist or cannot be used.</exception>
    IOmsApi? Api(Uri usual);

    /// <summary>Call before every request but the first of an act that sends several: the engine checks only before the
    /// act.</summary>
    /// <exception cref="Drydock.Engine.Running.ActRefusedException">This process may not act any more.</exception>
    void EnsureMayAct();

    /// <summary>Credentials for pulling an image: those of spec.imagePullSecretRef for its registry. Null where the
    /// spec names no Secret.</summary>
    /// <exception cref="FormatException">The Secret does not exist, cannot be read, or has none for this registry. The
    /// message holds none of its values.</exception>
    AuthConfig? PullCredentials(string image);

    /// <summary>What the status of the upgrade is too small for.</summary>
    Overflow Overflow { get; }

    /// <summary>The projects as recorded before the upgrade; null if nothing listed them.</summary>
    /// <exception cref="ListUnavailableException">The record was deleted or changed.</exception>
    Task<ProjectRecord?> ProjectsBeforeAsync(CancellationToken cancellationToken);

    Secret? SecretValue(SecretKeyReference reference);

    Redactor Redactor { get; }
}

internal sealed class OmsTargets : IOmsTargets, IAsyncDisposable
{
    private const int LongestConfig = 1024 * 1024;
    private static readonly TimeSpan LongestSnapshotWait = TimeSpan.FromSeconds(5);

    private readonly OmsServices _services;
    private readonly UsedSecrets _secrets;
    private readonly ConcurrentDictionary<string, ContainerEventFeed> _feeds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Uri, Lazy<IOmsApi>> _apis = [];
    private readonly SupervisorSessions _supervisors;
    private readonly Lock _secretsGate = new();
    private readonly HashSet<Secret> _known = [];
    private readonly SemaphoreSlim _metadataGate = new(1, 1);
    private readonly Action _onContainerEvent;
    private readonly ILogger _logger;
    private IOmsMetadata? _metadata;
    private readonly Lock _boundGate = new();
    private OmsInventory? _found;
    private volatile BoundUpgrade _bound;
    private Redactor? _redactor;

    /// <summary>Binds the targets of an upgrade.</summary>
    /// <param name="onContainerEvent">Called when something happens to a container of a node; must not block.</param>
    public OmsTargets(OmsUpgrade upgrade, UsedSecrets secrets, OmsServices services, Action onContainerEvent)
    {
        _bound = new BoundUpgrade(upgrade, upgrade.Status?.Inventory);
        _secrets = secrets;
        _services = services;
        _onContainerEvent = onContainerEvent;
        _supervisors = new SupervisorSessions(services.Time);
        _logger = services.Loggers.CreateLogger<OmsTargets>();
        Overflow = new Overflow(services.Kubernetes, OmsUpgrade.KindName, EnsureMayAct);
        Remember(upgrade.Spec.MetadataDatabase?.CredentialsSecretRef?.Name, "password");
        Remember(upgrade.Spec.Preflight.ApiCredentialsSecretRef?.Name, "password");
        foreach (var storage in SecretReferences.In(upgrade.Spec)
            .Where(use => use.Keys.Contains(StorageKeys.SecretKey, StringComparer.Ordinal)))
        {
            Remember(storage.Name, StorageKeys.Confidential);
        }

        foreach (var variable in upgrade.Spec.Regions.SelectMany(region => region.Nodes)
            .SelectMany(node => ContainerOverrides.Of(upgrade.Spec, node).Env)
            .Concat(upgrade.Spec.Container.Env))
        {
            Remember(SecretVariables.In(variable, SecretValue));
        }
    }

    public OmsUpgrade Upgrade => _bound.Complete;

    public OmsUpgrade Written => _bound.Written;

    /// <summary>What was found because the spec leaves it out; null if the spec says everything.</summary>
    public OmsInventory? Inventory => _bound.Inventory;

    public IKubernetesClient Kubernetes => _services.Kubernetes;

    public IArchiveReader Archives => _services.Archives;

    public Overflow Overflow { get; }

    public Redactor Redactor
    {
        get
        {
            lock (_secretsGate)
            {
                return _redactor ??= new Redactor(_known);
            }
        }
    }

    public void Refresh(OmsUpgrade upgrade)
    {
        lock (_boundGate)
        {
            _bound = new BoundUpgrade(upgrade, _found ?? upgrade.Status?.Inventory);
        }
    }

    public void Complete(OmsInventory? inventory)
    {
        lock (_boundGate)
        {
            _found = inventory;
            _bound = new BoundUpgrade(Written, inventory);
        }
    }

    public DockerClient Docker(string node) => Docker(Find(node));

    public DockerClient Docker(OmsNode node) => _services.Docker.Get(new NodeEndpoints(Written, _secrets).Of(node));

    public Task<SupervisorStatus> ProgramsAsync(string node, string container, CancellationToken cancellationToken) =>
        _supervisors.StatusAsync(Docker(node), container, cancellationToken);

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

    public Task NextContainerEventAsync(string node, CancellationToken cancellationToken) =>
        Feed(node).NextAsync(cancellationToken);

    public Task NextSnapshotChangeAsync(string snapshotName, CancellationToken cancellationToken) =>
        _services.SnapshotChanges.WaitAsync(LongestSnapshotWait, _services.Time, cancellationToken);

    public async Task<IOmsMetadata> MetadataAsync(CancellationToken cancellationToken)
    {
        await _metadataGate.WaitAsync(cancellationToken);
        try
        {
            return _metadata ??= _services.Metadata(await TargetAsync(cancellationToken));
        }
        finally
        {
            _metadataGate.Release();
        }
    }

    /// <summary>Opens the metadata database as a config.yaml that was just read has it; preflight does not rely on an
    /// earlier look.</summary>
    public IOmsMetadata OpenMetadata(OmsConfig config) => _services.Metadata(Target(config));

    public IOmsApi? Api(Uri usual) => Upgrade.Spec.Preflight.ApiCredentialsSecretRef is { } reference
        ? _apis.GetOrAdd(
            usual,
            address => new Lazy<IOmsApi>(() => _services.Api(
                OmsApiCredentials.Read(reference.Name, _secrets.Data(reference.Name), address)))).Value
        : null;

    public async Task<ProjectRecord?> ProjectsBeforeAsync(CancellationToken cancellationToken) =>
        Upgrade.Status?.Projects is not { } recorded ? null
        : recorded.List is not { } list ? ProjectRecord.Empty
        : ProjectRecord.Read(await Overflow.ReadListAsync(Upgrade.Metadata, list, cancellationToken));

    public void EnsureMayAct() => _services.Fence.EnsureMayAct();

    public Secret? SecretValue(SecretKeyReference reference) =>
        SecretText.Of(_secrets.Data(reference.Name), reference.Key) is { } text ? new Secret(text) : null;

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

    public HostArchives HostArchives => _services.HostArchives;

    /// <summary>Counts values as secrets that must never be shown.</summary>
    public void Remember(IEnumerable<Secret> secrets)
    {
        lock (_secretsGate)
        {
            var before = _known.Count;
            _known.UnionWith(secrets);
            _redactor = _known.Count == before ? _redactor : null;
        }
    }

    private MetadataTarget Target(OmsConfig config)
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

        var port = spec?.Port
            ?? (SecretText.Of(data, "port") is { } text
                && int.TryParse(text, CultureInfo.InvariantCulture, out var number)
                ? number
                : config.MetaPort);
        return new MetadataTarget(
            spec?.Host ?? SecretText.Of(data, "host") ?? config.MetaHost,
            port,
            SecretText.Of(data, "username") ?? config.MetaUser,
            SecretText.Of(data, "password") is { } password ? new Secret(password) : config.MetaPassword,
            ServerTls.Of(spec?.Tls, data?.GetValueOrDefault(SecretKeys.Authority)));
    }

    public Task<OmsConfigResult?> ReadConfigAsync(
        string node, string container, CancellationToken cancellationToken) =>
        ReadConfigAsync(Docker(node), container, cancellationToken);

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
        foreach (var feed in _feeds.Values)
        {
            await feed.DisposeAsync();
        }

        await _supervisors.DisposeAsync();
        foreach (var api in _apis.Values.Where(a => a.IsValueCreated))
        {
            api.Value.Dispose();
        }

        _metadataGate.Dispose();
    }

    private void Remember(string? secret, params IEnumerable<string> keys) =>
        Remember(
            keys.Select(key => SecretText.Of(secret is null ? null : _secrets.Data(secret), key))
                .OfType<string>()
                .Select(text => new Secret(text)));

    private ContainerEventFeed Feed(string node) =>
        _feeds.GetOrAdd(node, name => new ContainerEventFeed(Docker(name), _onContainerEvent, _services.Time, _logger));

    private async Task<MetadataTarget> TargetAsync(CancellationToken cancellationToken)
    {
        string? problem = null;
        foreach (var node in _bound.Nodes.Values)
        {
            string?[] containers =
            [
                node.CurrentContainer ?? Upgrade.Spec.CurrentContainer,
                node.NewContainer ?? Upgrade.Spec.NewContainer,
            ];
            foreach (var container in containers.OfType<string>())
            {
                try
                {
                    if (await ReadConfigAsync(node.Name, container, cancellationToken) is { Config: { } config })
                    {
                        return Target(config);
                    }
                }
                catch (DockerException exception)
                {
                    problem = exception.Message;
                }
            }
        }

        throw new OmsMetadataException(
            OmsMetadataErrorKind.Unreachable,
            $"config.yaml cannot be read on any node ({problem ?? "no container has one"}), so the address of the "
                + "metadata database is unknown.");
    }

    private OmsNode Find(string node) =>
        _bound.Nodes.GetValueOrDefault(node)
            ?? throw new KeyNotFoundException(
                $"spec.regions has no node '{node}' any more. Put it back until the upgrade has ended.");

    /// <summary>An upgrade, and the same with what its spec leaves out.</summary>
    private sealed class BoundUpgrade(OmsUpgrade written, OmsInventory? inventory)
    {
        public OmsUpgrade Written => written;

        public OmsInventory? Inventory => inventory;

        public OmsUpgrade Complete { get; } =
            written with { Spec = SpecCompletion.Complete(written.Spec, inventory) };

        /// <summary>By name. Preflight reports a name that occurs twice.</summary>
        public Dictionary<string, OmsNode> Nodes => field ??= Complete.Spec.Regions.SelectMany(r => r.Nodes)
            .DistinctBy(n => n.Name, StringComparer.Ordinal)
            .ToDictionary(n => n.Name, StringComparer.Ordinal);
    }
}
