namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life of an operator on a universe: the targets of an upgrade, bound to the world, with numbered points at which
/// it may be killed.
/// </summary>
internal sealed class YugaLife(YugaWorld world, Func<string, YugaFate>? fates = null)
    : IConnectionFactory, IStorages, IDatabaseHosts, IActFence, IApiLife
{
    public YugaWorld World { get; } = world;

    public bool IsDead { get; private set; }

    public WorldLooks Looks { get; } = new(world.Time);

    public V1ObjectMeta Metadata { get; init; } = new() { Name = "shop", Namespace = "db", Uid = "uid" };

    /// <summary>The status as this life reads it.</summary>
    public Func<DatabaseRollingUpgradeStatus?> ReadStatus { get; init; } = static () => null;

    public DatabaseRollingUpgrade Upgrade => new() { Metadata = Metadata, Spec = World.Spec, Status = ReadStatus() };

    public IKubernetesClient Kubernetes => new LifeKubernetes(World.Objects, this);

    public DatabaseSecrets Secrets { get; init; } = new();

    /// <summary>Why no storage may be used; null if any may.</summary>
    public string? StorageProblem { get; init; }

    public IServiceHttp Http => new YugaHttp(World, this);

    public EngineContext Context => field ??= new EngineContext(() => Upgrade, Secrets, this, (_, _, _, _) => Http)
    {
        Hosts = this,
        Kubernetes = Kubernetes,
        Storages = this,
        Connections = this,
        Time = World.Time,
    };

    public IReadOnlyList<string> All => [.. World.Spec.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal)];

    public string ToolHost => World.Spec.ToolHost ?? All[0];

    public string? Refusal(StorageSpec storage, string? @namespace) => StorageProblem;

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        throw new NotSupportedException("nothing is stored here");

    /// <summary>Opens a SQL port of a tablet server.</summary>
    public Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken) =>
        LookAsync<Stream>(() =>
        {
            var server = World.Tservers.FirstOrDefault(t => t.Host == host);
            var isSql = port == YugaSqlPort.Ysql && World.Setup.Sql && server is { HasNoPostgres: false };
            return server is { IsUp: true } && (isSql || port == YugaSqlPort.Ycql)
                ? new YugaSqlPort(port)
                : throw new IOException("connection refused");
        });

    /// <summary>Whether this life leads.</summary>
    public Func<bool> Leads { get; set; } = static () => true;

    /// <summary>Lets this life continue with what it froze at; null if it did not.</summary>
    public Action? Thaw { get; private set; }

    public void EnsureMayAct()
    {
        if (!Leads())
        {
            throw new ActRefusedException("another life leads");
        }
    }

    public IInstanceHost Instance(string instance) =>
        new YugaInstanceHost(World[instance], this, Target(World.Spec.Instances.Single(i => i.Name == instance)));

    public IInstanceHost Service(InstanceTarget target) =>
        throw new NotSupportedException("a universe has no services");

    public IHostFiles Files(string host) => new YugaHostFiles(host, this);

    private InstanceTarget Target(DatabaseInstance instance)
    {
        var control = World.Spec.ControlOf(instance)!;
        return new InstanceTarget
        {
            Name = instance.Name,
            Host = instance.Host,
            Program = World.Names.Program(instance.Component),
            DeployDir = instance.DeployDir,
            Port = DefaultPorts.Service(World.Spec, instance),
            Control = control,
            Swap = control.Swap ?? SwapMethod.SwitchLink,
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Something that only looks.</summary>
    public Task<T> LookAsync<T>(Func<T> look) => IsDead ? Never<T>() : Answer(look);

    public Task<T> WriteAsync<T>(ApiCall call, Func<T> carryOut) =>
        ChangeAsync("kubernetes", $"{call}", carryOut, () => World.Objects.Refusal(ApiFault.LostAnswer, call));

    /// <summary>Something that changes the world, at a numbered point.</summary>
    /// <param name="unclear">What a write to the API server throws without a clear answer.</param>
    /// <param name="isTimed">Whether the host refuses it once the look that it was decided from is old.</param>
    public Task<T> ChangeAsync<T>(
        string host, string what, Func<T> carryOut, Func<Exception>? unclear = null, bool isTimed = false)
    {
        if (IsDead)
        {
            return Never<T>();
        }

        switch (fates?.Invoke(what) ?? YugaFate.Live)
        {
            case YugaFate.DieBefore:
                IsDead = true;
                return Never<T>();
            case YugaFate.DieAfter:
                _ = Answer(carryOut).Exception;
                IsDead = true;
                return Never<T>();
            case YugaFate.Pause:
                var wire = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
                Thaw = () =>
                {
                    Thaw = null;
                    _ = wire.TrySetFromTask(isTimed
                        ? Task.FromException<T>(new HostException(
                            host, Reasons.HostUnreachable, $"{host}: the observation is too old for this action"))
                        : Answer(carryOut));
                };
                return wire.Task;
            case YugaFate.Refuse:
                return Task.FromException<T>(unclear?.Invoke()
                    ?? new HostException(host, Reasons.HostUnreachable, $"{host}: connection refused"));
            case YugaFate.LoseAnswer:
                _ = Answer(carryOut).Exception;
                return Task.FromException<T>(unclear?.Invoke() ?? new HostException(
                    host, Reasons.HostUnreachable, $"{host}: the connection broke", mayHaveRun: true));
            default:
                return Answer(carryOut);
        }
    }

    /// <summary>It is killed now.</summary>
    public void Die() => IsDead = true;

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

    private static Task<T> Answer<T>(Func<T> work)
    {
        try
        {
            return Task.FromResult(work());
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }
}
