using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.MySql;
using Drydock.Reconcilers.Snapshots;
using ClientStorage = Drydock.Clients.Snapshots.DirectorySnapshotStorage;
using StorageSpec = Drydock.Crds.Common.StorageSpec;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>The controller of snapshots with clients that note what they are asked for.</summary>
internal sealed class SnapshotBench : Snapshotter, IStorages, IReconcileTrigger, IAsyncDisposable
{
    private const string Space = "oms";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-sweep-");
    private readonly FakeKubernetes _api;
    private readonly BackupSnapshotController _controller;

    public SnapshotBench()
    {
        _api = new FakeKubernetes(WorldJson.Crds, Time);
        _controller = new BackupSnapshotController(
            new SnapshotServices
            {
                Endpoints = EndpointPolicy.Unrestricted,
                Kubernetes = _api,
                Snapshotter = this,
                Loader = new TestLoader(this),
                Storages = this,
                Servers = static _ => throw new NotSupportedException("nothing is restored"),
                Claims = new TargetClaims(_api, "drydock-system", Time),
                InUse = static (_, _) => Task.FromResult<string?>(null),
                Changes = new AsyncSignal(),
                Fence = new LeadershipFence(elector: null),
                Events = new WorldEvents(),
                Time = Time,
                Loggers = NullLoggerFactory.Instance,
            },
            new EntityWriter<BackupSnapshot>(_api, static _ => { }),
            this);
    }

    public ManualTimeProvider Time { get; } = new();

    /// <summary>What the clients were asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What a dump comes to instead.</summary>
    public Func<CancellationToken, Task>? Dump { get; set; }

    public static BackupSnapshotSpec Spec { get; } = new()
    {
        Source = new DatabaseSource
        {
            Host = "db.example",
            CredentialsSecretRef = new Drydock.Crds.Common.SecretReference { Name = "db" }
        },
        Databases = ["rm"],
        Storage = new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } },
    };

    /// <summary>What is asked of the clients for a spec, to its end.</summary>
    public static async Task<string> AskedForAsync(Func<BackupSnapshotSpec, BackupSnapshotSpec> change)
    {
        await using var bench = new SnapshotBench();
        await bench.CreateAsync(change(Spec));
        await bench.UntilEndedAsync();
        return string.Join('\n', bench.Asked);
    }

    public async Task CreateAsync(BackupSnapshotSpec spec)
    {
        await _api.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Space } });
        foreach (var name in new[] { "db", "other" })
        {
            await _api.CreateAsync(new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = name, Namespace = Space },
                Data = OmsWorld.Bytes(
                    ("username", name), ("password", "not-a-password"), ("identity", $"identity of {name}"))
            });
        }

        await _api.CreateAsync(new BackupSnapshot
        {
            Metadata = new V1ObjectMeta { Name = "snap", Namespace = Space, Generation = 1 },
            Spec = spec
        });
    }

    public async Task<BackupSnapshot> GetAsync() => (await _api.GetAsync<BackupSnapshot>("snap", Space))!;

    public async Task EditAsync(Func<BackupSnapshotSpec, BackupSnapshotSpec> change)
    {
        var now = await GetAsync();
        await _api.UpdateAsync(now with
        {
            Spec = change(now.Spec),
            Metadata = now.Metadata with { Generation = now.Metadata.Generation + 1 }
        });
    }

    public async Task DeleteAsync()
    {
        await _api.DeleteAsync<BackupSnapshot>("snap", Space);
        while (await _api.GetAsync<BackupSnapshot>("snap", Space) is { } snapshot
            && (await _controller.ReconcileAsync(snapshot, TestContext.Current.CancellationToken)).RequeueAfter
                == SnapshotWorld.Shown)
        {
            await Task.Yield();
        }
    }

    public Task UntilEndedAsync() => UntilAsync(BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);

    public async Task UntilAsync(params string[] phases)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Wait.Limit);
        string? phase;
        do
        {
            await _controller.ReconcileAsync(await GetAsync(), bound.Token);
            await Task.Yield();
            phase = (await GetAsync()).Status?.Phase;
        }
        while (phase is null || !phases.Contains(phase, StringComparer.Ordinal));
    }

    public void Wake(string? @namespace, string name)
    {
        // The loop looks all the time.
    }

    public override async Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken)
    {
        Asked.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"take {request.Location.Path} {string.Join(',', request.Databases)} {request.Tool} {request.Threads} "
            + $"{string.Join(',', request.Recipients)} {request.Series} {request.Definitions} "
            + $"{string.Join(',', request.Acknowledged)} {SqlText.Of(request.Connection)}"));
        await (Dump?.Invoke(cancellationToken) ?? Task.CompletedTask);
        return new FakeSnapshots("rm").Manifest! with { Id = request.Location.Id };
    }

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        Asked.Add($"open {StorageText.Of(storage)}");
        return Task.FromResult<ISnapshotStorage>(new ClientStorage(new StorageRoot(_folder.FullName, time: Time), ""));
    }

    public override Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        Asked.Add("delete");
        return Task.CompletedTask;
    }

    public override Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        Task.FromResult<SnapshotManifest?>(null);

    public override Task<DumpVerification> VerifyAsync(
        SnapshotLocation location, string? identity, IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override Task<DumpVerification> CheckPresenceAsync(
        SnapshotLocation location, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public async ValueTask DisposeAsync()
    {
        await _controller.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private sealed class TestLoader(SnapshotBench bench) : SnapshotLoader
    {
        public override Task<IReadOnlyDictionary<string, string>> ReadChecksumsAsync(
            MySqlOptions connection, IReadOnlyList<string> databases, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(
                new Dictionary<string, string>(StringComparer.Ordinal));

        public override Task<DumpVerification> RestoreTestAsync(
            RestoreTestRequest request, CancellationToken cancellationToken)
        {
            bench.Asked.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"test {request.Threads} {request.Identity} {SqlText.Of(request.Connection)}"));
            return Task.FromResult(new DumpVerification(new FakeSnapshots("rm").Manifest!, []));
        }
    }
}
