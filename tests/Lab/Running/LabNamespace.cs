namespace Drydock.Lab;

/// <summary>
/// A network namespace of a lab run. For the network it is a separate machine, with one address on the run's bridge.
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

    internal LabRun Run { get; }

    public string Name { get; }

    /// <summary>The name for <c>ip netns</c>.</summary>
    public string KernelName { get; }

    /// <summary>The IPv4 address, reachable from the owner and from all namespaces of the run.</summary>
    public string Address { get; }

    /// <summary>The file for <c>nsenter --net=</c>.</summary>
    public string Path => "/run/netns/" + KernelName;

    /// <summary>
    /// Cuts the network: packets are dropped and connections hang until a time-out; no connection is refused.
    /// </summary>
    public Task CutNetworkAsync(CancellationToken cancellationToken = default) =>
        Shell.RunAsync("ip", ["link", "set", _port, "down"], cancellationToken: cancellationToken);

    /// <summary>Repairs the network.</summary>
    public Task RestoreNetworkAsync(CancellationToken cancellationToken = default) =>
        Shell.RunAsync("ip", ["link", "set", _port, "up"], cancellationToken: cancellationToken);

    /// <summary>Runs a short command inside the namespace and returns its output.</summary>
    public Task<string> RunAsync(
        string file, IEnumerable<string> arguments, string? input = null,
        CancellationToken cancellationToken = default) =>
        Shell.RunAsync(
            "nsenter", ["--net=" + Path, "--", file, .. arguments], input, cancellationToken: cancellationToken);

    /// <summary>Removes the namespace and returns the last number of its address.</summary>
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
        await Shell.RunAsync(
            "ip", ["netns", "add", kernelName], environment: run.Mark, cancellationToken: cancellationToken);
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
