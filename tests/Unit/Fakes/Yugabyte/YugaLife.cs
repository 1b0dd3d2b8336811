using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life of an operator on a universe: the targets of an upgrade, bound to the world, with numbered points at which
/// it may be killed.
/// </summary>
internal sealed class YugaLife(YugaWorld world, Func<string, YugaFate>? fates = null) : IYugabyteTargets, IDatabaseHosts, IActFence
{
    public YugaWorld World { get; } = world;

    public bool IsDead { get; private set; }

    public DatabaseRollingUpgrade Upgrade => new() { Metadata = new V1ObjectMeta { Name = "shop", Namespace = "db", Uid = "uid" }, Spec = World.Spec };

    public IKubernetesClient Kubernetes => new YugaKubernetes(this);

    public SqlLogin? Sql { get; set; }

    public ISqlProbe SqlProbe => new YugaSqlProbe(World, this);

    public IReadOnlyList<Finding> SecretProblems { get; set; } = [];

    public IReadOnlyList<Finding> StorageProblems { get; set; } = [];

    public IDatabaseHosts Hosts => this;

    public IServiceHttp Http => new YugaHttp(World, this);

    public TimeProvider Time => World.Time;

    public IReadOnlyList<string> All => [.. World.Spec.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal)];

    public string ToolHost => World.Spec.ToolHost ?? All[0];

    public IServiceHttp Peer(string group) => new YugaHttp(World, this);

    public string Redact(string text) => text;

    public void EnsureMayAct()
    {
    }

    public IInstanceHost Instance(string instance) =>
        new YugaInstanceHost(World[instance], this, Target(World.Spec.Instances.Single(i => i.Name == instance)));

    public IInstanceHost Service(InstanceTarget target) =>
        throw new NotSupportedException("a universe has no services");

    public IHostFiles Files(string host) => new YugaHostFiles(host, this);

    public InstanceTarget Target(DatabaseInstance instance)
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

    /// <summary>Something that changes the world, at a numbered point.</summary>
    public Task<T> ChangeAsync<T>(string host, string what, Func<T> carryOut)
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
            case YugaFate.Refuse:
                return Task.FromException<T>(new HostException(host, Reasons.HostUnreachable, $"{host}: connection refused"));
            case YugaFate.LoseAnswer:
                _ = Answer(carryOut).Exception;
                return Task.FromException<T>(new HostException(host, Reasons.HostUnreachable, $"{host}: the connection broke", mayHaveRun: true));
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
        catch (Exception exception) when (exception is HostException or ServiceException)
        {
            return Task.FromException<T>(exception);
        }
    }
}
