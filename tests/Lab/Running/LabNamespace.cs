namespace Drydock.Lab;

/// <summary>
/// A network namespace of a lab run: a machine of its own, as far as the network goes, with one address on the run's
/// bridge.
/// </summary>
public sealed class LabNamespace
{
    private readonly int _number;
    private readonly string _port;

    private LabNamespace(LabRun run, string name, int number, string kernelName, string port, string address)
    {
        _number = number;
        Run = run;
        Name = name;
        KernelName = kernelName;
        _port = port;
        Address = address;
    }

    /// <summary>The run it belongs to.</summary>
    internal LabRun Run { get; }

    /// <summary>Name within the run.</summary>
    public string Name { get; }

    /// <summary>The name <c>ip netns</c> knows.</summary>
    public string KernelName { get; }

    /// <summary>The IPv4 address, reachable from the owner and from all namespaces of the run.</summary>
    public string Address { get; }

    /// <summary>The file <c>nsenter --net=</c> takes.</summary>
    public string Path => "/run/netns/" + KernelName;

    /// <summary>Pulls the plug: packets vanish, connections hang until a time-out, nothing is refused.</summary>
    public Task CutNetworkAsync(CancellationToken cancellationToken = default) =>
        Shell.RunAsync("ip", ["link", "set", _port, "down"], cancellationToken: cancellationToken);

    /// <summary>Puts the plug back.</summary>
    public Task RestoreNetworkAsync(CancellationToken cancellationToken = default) =>
        Shell.RunAsync("ip", ["link", "set", _port, "up"], cancellationToken: cancellationToken);

    /// <summary>Runs a short command inside the namespace and returns its output.</summary>
    public Task<string> RunAsync(string file, IEnumerable<string> arguments, string? input = null, CancellationToken cancellationToken = default) =>
        Shell.RunAsync("nsenter", ["--net=" + Path, "--", file, .. arguments], input, cancellationToken: cancellationToken);

    /// <summary>Takes it away and returns the last number of its address.</summary>
    internal async Task<int> RemoveAsync()
    {
        await Shell.RunAsync("ip", ["link", "del", _port], environment: Run.Mark);
        await Shell.RunAsync("ip", ["netns", "del", KernelName], environment: Run.Mark);
        return _number;
    }

    internal static async Task<LabNamespace> CreateAsync(
        LabRun run, string name, int number, CancellationToken cancellationToken)
    {
        // An interface name has at most 15 characters: "dl", 6 of the run, "v" and the number.
        var kernelName = $"{run.LinkPrefix}-{name}";
        var port = FormattableString.Invariant($"{run.LinkPrefix}v{number}");
        var address = FormattableString.Invariant($"{run.NetworkPrefix}.{number}");
        await Shell.RunAsync("ip", ["netns", "add", kernelName], environment: run.Mark, cancellationToken: cancellationToken);
        await Shell.RunAsync(
            "ip",
            ["-batch", "-"],
            $"""
            link add {port} type veth peer name eth0 netns {kernelName}
            link set {port} master {run.LinkPrefix} up

            """,
            run.Mark,
            cancellationToken: cancellationToken);
        await Shell.RunAsync(
            "ip",
            ["-n", kernelName, "-batch", "-"],
            $"""
            link set lo up
            addr add {address}/24 dev eth0
            link set eth0 up
            route add default via {run.BridgeAddress}

            """,
            run.Mark,
            cancellationToken: cancellationToken);
        return new LabNamespace(run, name, number, kernelName, port, address);
    }
}
