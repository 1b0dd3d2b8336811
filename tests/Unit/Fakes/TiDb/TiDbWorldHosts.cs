namespace Drydock.Tests.Unit.Fakes;

/// <summary>The world's hosts, as one life reaches them.</summary>
internal sealed class TiDbWorldHosts(TiDbWorld world, TiDbLife life) : IDatabaseHosts
{
    public IReadOnlyList<string> All => world.Hosts;

    public string ToolHost => All[0];

    public IInstanceHost Instance(string instance) =>
        new TiDbWorldInstance(
            world, life, world[instance], Target(world.Upgrade.Spec.Instances.Single(i => i.Name == instance)));

    public IInstanceHost Service(InstanceTarget target) => new TiDbWorldService(world, life, target);

    public IHostFiles Files(string host) => new TiDbWorldFiles(world, life, host);

    private InstanceTarget Target(DatabaseInstance instance) => new()
    {
        Name = instance.Name,
        Host = instance.Host,
        Component = instance.Component,
        Program = ProgramNames.Of(world.Upgrade.Spec, instance.Component),
        DeployDir = instance.DeployDir,
        Port = DefaultPorts.Service(world.Upgrade.Spec, instance),
        Control = new InstanceControl { Systemd = new SystemdControl() },
        Swap = SwapMethod.ReplaceBinary,
    };

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
