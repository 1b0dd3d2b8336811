using System.Net.Sockets;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>A real sshd on loopback that lets in one key.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Daemon _daemon;

    private SshServer(string directory, int port, Daemon daemon)
    {
        _directory = directory;
        Port = port;
        _daemon = daemon;
    }

    public int Port { get; }

    /// <summary>Programs here are found before all others by what is run over ssh.</summary>
    public string Programs => Directory.CreateDirectory($"{_directory}/bin").FullName;

    /// <summary>How many logins there were.</summary>
    public int Logins => _daemon.Lines.Count(line => line.Contains("Accepted publickey", StringComparison.Ordinal));

    /// <summary>Kills every connection there is, as a network does that goes away.</summary>
    public async Task BreakAsync() =>
        await FixtureShell.RunAsync(
            "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"pkill -KILL -P {_daemon.Id}"));

    /// <summary>The key it lets in, and its own host key as known.</summary>
    public SshMaterial Material => new(File.ReadAllBytes($"{_directory}/user"), KnownHosts("host"));

    /// <summary>A key it does not let in.</summary>
    public SshMaterial WrongKey => new(File.ReadAllBytes($"{_directory}/stranger"), KnownHosts("host"));

    /// <summary>Another host key than the one it has.</summary>
    public SshMaterial WrongHostKey => new(File.ReadAllBytes($"{_directory}/user"), KnownHosts("stranger"));

    /// <summary>No host is known.</summary>
    public SshMaterial NoHostKey => new(File.ReadAllBytes($"{_directory}/user"), "# nobody\n"u8.ToArray());

    public static async Task<SshServer> StartAsync(string root)
    {
        var directory = Directory.CreateDirectory($"{root}/ssh-{Guid.NewGuid().ToString("N")[..6]}").FullName;
        foreach (var key in new[] { "host", "user", "stranger" })
        {
            await FixtureShell.RunAsync(
                "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", $"{directory}/{key}");
        }

        // sshd insists on this directory for its unprivileged part; the package makes it at boot.
        Directory.CreateDirectory("/run/sshd");
        File.Copy($"{directory}/user.pub", $"{directory}/authorized_keys");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        await File.WriteAllLinesAsync($"{directory}/sshd_config", [
            string.Create(CultureInfo.InvariantCulture, $"Port {port}"), "ListenAddress 127.0.0.1",
            $"HostKey {directory}/host", $"AuthorizedKeysFile {directory}/authorized_keys",
            "PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no",
            "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",

            // Shells do not read what the account of this machine has at home.
            $"SetEnv HOME={directory} "
            + $"PATH={directory}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]);
        var daemon = await Daemon.StartAsync(
            ["Server listening on 127.0.0.1"], "/usr/sbin/sshd", "-D", "-e", "-f", $"{directory}/sshd_config");
        return new SshServer(directory, port, daemon);
    }

    public DockerEndpoint Endpoint(string socket, SshMaterial material) =>
        DockerEndpoint.Parse(string.Create(CultureInfo.InvariantCulture, $"ssh://root@127.0.0.1:{Port}{socket}")) with
        {
            Ssh = material
        };

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    private byte[] KnownHosts(string key) => System.Text.Encoding.ASCII.GetBytes(
        string.Create(
            CultureInfo.InvariantCulture, $"[127.0.0.1]:{Port} {File.ReadAllText($"{_directory}/{key}.pub")}"));
}
