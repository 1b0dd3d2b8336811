namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>
/// A network namespace joined to ours by one pair of interfaces: a host of its own, whose cable can be pulled. It goes
/// with the engine's directory.
/// </summary>
internal sealed class LinkedNamespace
{
    private LinkedNamespace(string name, string outside, string address)
    {
        Name = name;
        Outside = outside;
        Address = address;
    }

    public string Name { get; }

    /// <summary>Our end.</summary>
    public string Outside { get; }

    /// <summary>The address inside.</summary>
    public string Address { get; }

    /// <summary>Our address on this cable.</summary>
    public string OutsideAddress => Address[..^1] + "1";

    public string Path => $"/var/run/netns/{Name}";

    public static async Task<LinkedNamespace> CreateAsync()
    {
        var taken = await FixtureShell.RunAsync("ip", "-4", "-o", "address");
        var octet = Enumerable.Range(0, 100).Select(i => 100 + ((Environment.ProcessId + i) % 100))
            .First(n => !taken.Contains(
                string.Create(CultureInfo.InvariantCulture, $" 198.18.{n}."), StringComparison.Ordinal));
        var tag = string.Create(CultureInfo.InvariantCulture, $"ddt{octet}");
        var created = new LinkedNamespace(
            tag, tag + "o", string.Create(CultureInfo.InvariantCulture, $"198.18.{octet}.2"));
        await FixtureShell.RunAsync("ip", "netns", "add", created.Name);
        await FixtureShell.RunAsync(
            "ip", "link", "add", created.Outside, "type", "veth", "peer", "name", "eth0", "netns", created.Name);
        await FixtureShell.RunAsync(
            "ip", "address", "add", string.Create(CultureInfo.InvariantCulture, $"198.18.{octet}.1/30"), "dev",
            created.Outside);
        await FixtureShell.RunAsync("ip", "link", "set", created.Outside, "up");
        await FixtureShell.RunAsync("ip", "-n", created.Name, "address", "add", created.Address + "/30", "dev", "eth0");
        await FixtureShell.RunAsync("ip", "-n", created.Name, "link", "set", "lo", "up");
        await FixtureShell.RunAsync("ip", "-n", created.Name, "link", "set", "eth0", "up");
        return created;
    }

    public Task PullCableAsync() => FixtureShell.RunAsync("ip", "link", "set", Outside, "down");

    public Task PlugCableAsync() => FixtureShell.RunAsync("ip", "link", "set", Outside, "up");
}
