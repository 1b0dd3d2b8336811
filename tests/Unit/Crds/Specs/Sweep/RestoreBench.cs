using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.MySql;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>The controller of restores with clients that note what they are asked for.</summary>
internal sealed class RestoreBench : SnapshotLoader, IStorages, IReconcileTrigger, IAsyncDisposable
{
    private readonly RestoreLife _life = new("operator");
    private readonly FakeLoader _loader;
    private readonly SnapshotRestoreController _controller;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public RestoreBench()
    {
        _loader = new FakeLoader(World.Server, World.Snapshots, _life);
        _controller = new SnapshotRestoreController(
            new SnapshotServices
            {
                Endpoints = EndpointPolicy.Unrestricted,
                Kubernetes = World.Api,
                Snapshotter = World.Snapshots,
                Loader = this,
                Storages = this,
                Servers = Open,
                Claims = new TargetClaims(World.Api, "drydock-system", World.Time),
                InUse = static (_, _) => Task.FromResult<string?>(null),
                Changes = new AsyncSignal(),
                Fence = new LeadershipFence(elector: null),
                Events = World.Events,
                Time = World.Time,
                Loggers = NullLoggerFactory.Instance,
            },
            new EntityWriter<SnapshotRestore>(new PassingApi(World.Api, _life.PassAsync), static _ => { }),
            this);
    }

    public RestoreWorld World { get; } = new();

    /// <summary>What a load does before it begins.</summary>
    public Func<CancellationToken, Task>? Load { get; set; }

    public static SnapshotRestoreSpec FromFiles { get; } = new()
    {
        Files = new SnapshotFiles
        {
            Storage = new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } },
            Path = "snap-1"
        },
        Target = new DatabaseSource { Host = "db.example", CredentialsSecretRef = new SecretReference { Name = "db" } },
        NotAfter = new DateTimeOffset(2026, 1, 7, 0, 0, 0, TimeSpan.Zero),
    };

    /// <summary>How a restore ends, and all it asked of the clients.</summary>
    public static async Task<string> EndAsync(SnapshotRestoreSpec spec)
    {
        await using var bench = new RestoreBench();
        await bench.CreateAsync(spec);

        // What is missing is waited for while the object is new.
        bench.World.Time.Advance(TimeSpan.FromMinutes(3));
        await bench.UntilEndedAsync();
        var status = await bench.World.StatusAsync();
        return string.Join(
            '\n', bench._asked.Order(StringComparer.Ordinal).Prepend($"{status.Phase} {status.Message}"));
    }

    public async Task CreateAsync(SnapshotRestoreSpec spec)
    {
        foreach (var name in new[] { "other", "age" })
        {
            await World.Api.CreateAsync(new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = name, Namespace = RestoreWorld.Space },
                Data = OmsWorld.Bytes(
                    ("username", name), ("password", "not-a-password"), ("identity", $"identity of {name}"))
            });
        }

        await World.CreateAsync(spec);
    }

    public Task UntilEndedAsync() =>
        UntilAsync(r => r.Status?.Phase
            is SnapshotRestorePhases.Succeeded or SnapshotRestorePhases.Failed or SnapshotRestorePhases.Planned);

    public async Task UntilAsync(Func<SnapshotRestore, bool> wanted)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Wait.Limit);
        while ((await World.GetAsync())! is var restore && !wanted(restore))
        {
            await _controller.ReconcileAsync(restore, bound.Token);
            await Task.Yield();
        }
    }

    public void Wake(string? @namespace, string name)
    {
        // The loop looks all the time.
    }

    public SqlRestoreServer Open(MySqlOptions connection)
    {
        _asked.Add($"server {SqlText.Of(connection)}");
        return new FakeRestoreServer(World.Server, _life);
    }

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        _asked.Add($"open {StorageText.Of(storage)}");
        return Task.FromResult<ISnapshotStorage>(World.Snapshots);
    }

    public override Task<IReadOnlyList<SnapshotFinding>> CheckAsync(
        SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        Note("check", request);
        return _loader.CheckAsync(request, cancellationToken);
    }

    public override async Task RestoreAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        Note("restore", request);
        await (Load?.Invoke(cancellationToken) ?? Task.CompletedTask);
        await _loader.RestoreAsync(request, cancellationToken);
    }

    public override Task EndSessionsAsync(
        SnapshotLocation location, MySqlOptions connection, string database, CancellationToken cancellationToken) =>
        _loader.EndSessionsAsync(location, connection, database, cancellationToken);

    public override Task<DumpVerification> RestoreTestAsync(
        RestoreTestRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => _controller.DisposeAsync();

    private void Note(string what, SnapshotLoadRequest request) =>
        _asked.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} {request.Location.Prefix} {request.Database} {request.Threads} {request.Identity}"));
}
