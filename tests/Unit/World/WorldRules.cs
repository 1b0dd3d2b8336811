namespace Drydock.Tests.Unit.World;

/// <summary>What OMS would punish, noted instead.</summary>
internal sealed class WorldRules(OmsWorld world)
{
    private readonly HashSet<string> _corrected = new(StringComparer.Ordinal);
    private readonly List<(WorldContainer Container, string Kind)> _underWay = [];
    private bool _isInitialized;

    /// <summary>Each mistake, in words.</summary>
    public List<string> Broken { get; } = [];

    public void Started(WorldContainer container)
    {
        if (container.Image.Version == world.Setup.ToVersion)
        {
            Check(container.IsUpgrade, $"{container.Name} on {container.Host.Name} was started without IS_UPGRADE=true: its data is wiped");
            Check(world.Snapshots.Verified > 0, $"{container.Name} on {container.Host.Name} was started before a dump was verified");
            Check(!world.Metadata.IsHighAvailabilityOn, $"{container.Name} on {container.Host.Name} was started with high availability on");
        }

        Check(container.Host.Containers.Count(c => c.IsRunning && c.HostConfig.Binds is { Count: > 0 }) <= 1 || world.Setup.PeopleMayStartOld, $"old and new run together on {container.Host.Name}");
    }

    public void RunOnceBegan(WorldContainer container, string kind, IReadOnlyList<string> command)
    {
        Check(_underWay.Count == 0, $"{kind} on {container.Host.Name} began while {string.Join(", ", _underWay.Select(u => $"{u.Kind} on {u.Container.Host.Name}"))} ran");
        _underWay.Add((container, kind));
        if (kind == "jar")
        {
            Check(!_corrected.Contains(container.Host.Name), $"the JAR ran twice on {container.Host.Name}");
            Check(world.Hosts.TrueForAll(h => h.Containers.TrueForAll(c => c.Programs.GetValueOrDefault("oms_console") is not { IsUp: true })), $"the JAR on {container.Host.Name} ran while a console did");
            Check(command.Contains("-ltrue"), "one region: the JAR needs -ltrue");
            Check(!_isInitialized, "the JAR ran after docker_init.sh");
        }
        else
        {
            Check(!world.Setup.NeedsJar || world.Hosts.TrueForAll(h => _corrected.Contains(h.Name)), $"docker_init.sh on {container.Host.Name} ran before the JAR had run everywhere");
            Check(!_isInitialized, $"docker_init.sh ran again on {container.Host.Name} after it had succeeded");
        }
    }

    public void RunOnceEnded(WorldContainer container, string kind, bool completed)
    {
        _underWay.Remove((container, kind));
        if (!completed && kind == "jar")
        {
            _corrected.Add(container.Host.Name);
        }
    }

    public void Corrected(WorldContainer container) => _corrected.Add(container.Host.Name);

    public void Initialized(WorldContainer container) => _isInitialized = container.IsRunning;

    public void Check(bool isRight, string wrong)
    {
        if (!isRight)
        {
            Broken.Add(wrong);
        }
    }
}
