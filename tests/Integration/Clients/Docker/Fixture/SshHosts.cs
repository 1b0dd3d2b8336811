using LabShell = Drydock.Lab.Shell;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>
/// A host with dockerd, sshd and sudo, whose account may not use the socket, and a jump host that knows its name. Each
/// is in a network namespace of its own and has an account and a key of its own.
/// </summary>
public sealed class SshHosts(LabFixture lab) : IAsyncLifetime
{
    /// <summary>The collection of the tests that share them; they run one after another.</summary>
    public const string Collection = "hosts over ssh";

    /// <summary>The host's name, which only the jump host can resolve.</summary>
    public const string InnerName = "oms-a.inside";

    /// <summary>The account on the host.</summary>
    public const string Account = "drydock";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string AuthorizedKeys = "/home/ops/.ssh/authorized_keys";

    private DockerHost? _engine;
    private LabHost? _host;
    private LabHost? _bastion;
    private string _keys = "";

    public DockerHost Engine => _engine!;

    public LabHost Host => _host!;

    public LabHost Bastion => _bastion!;

    /// <summary>The key that the jump host lets in, and its host key.</summary>
    public SshJump Jump => new(
        new SshEndpoint(Bastion.Address, Bastion.User), new SshMaterial(Read("bastion"), Line(Bastion.KnownHostsLine)));

    /// <summary>The key that the host lets in, and its host key under both of its names.</summary>
    public SshMaterial Material =>
        new(Encoding.ASCII.GetBytes(Host.KeyPem), Line($"{Host.KnownHostsLine}\n{Known(InnerName)}"));

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var run = await lab.RunAsync();
        _engine = await DockerHost.StartAsync(run, LabFixture.UniqueName("dk"));
        _host = await LabHost.StartAsync(
            run, LabFixture.UniqueName("oms"),
            new LabHostOptions { User = Account, Sudo = false, Shared = [Path.GetDirectoryName(Engine.SocketPath)!] });
        _bastion = await LabHost.StartAsync(
            run, LabFixture.UniqueName("jump"), new LabHostOptions { User = "ops", Sudo = false });
        _keys = run.FolderFor(LabFixture.UniqueName("keys"));
        await MakeKeyAsync("bastion", "");
        await LinkAsync("/run/docker.sock");
        await WriteBastionKeyAsync("");
        await RootAsync(Bastion, $"echo '{Host.Address} {InnerName}' >>/etc/hosts");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Bastion.DisposeAsync();
        await Host.DisposeAsync();
        await Engine.DisposeAsync();
    }

    /// <summary>An endpoint on the host.</summary>
    /// <param name="socket">Path of the socket there; empty for the usual one.</param>
    public DockerEndpoint Endpoint(string socket = "") =>
        DockerEndpoint.Parse($"ssh://{Account}@{Host.Address}{socket}") with { Ssh = Material };

    /// <summary>The host by the name that only the jump host knows.</summary>
    public DockerEndpoint BehindJump() =>
        DockerEndpoint.Parse($"ssh://{Account}@{InnerName}") with { Ssh = Material, Jump = Jump, AsRoot = true };

    /// <summary>
    /// A client that repeats nothing, under the operator's own policy. A busy machine may take minutes for a login.
    /// </summary>
    public static DockerClient Client(DockerEndpoint endpoint) => new(endpoint, new DockerClientOptions
    {
        ReadRetries = 0,
        Endpoints = EndpointPolicy.Default,
        ConnectTimeout = TimeSpan.FromMinutes(10),
    });

    /// <summary>The whole of what sudo permits to the account.</summary>
    public Task PermitAsync(params IEnumerable<string> lines) =>
        Host.WriteFileAsync(
            $"/etc/sudoers.d/{Account}", string.Concat(lines.Select(line => line + "\n")),
            UnixFileMode.UserRead | UnixFileMode.GroupRead, asRoot: true);

    /// <summary>What sshd demands of the key on the jump host.</summary>
    public async Task WriteBastionKeyAsync(string options) =>
        await Bastion.WriteFileAsync(
            AuthorizedKeys, options + await File.ReadAllTextAsync(Path.Combine(_keys, "bastion.pub")), Private);

    /// <summary>A second path of the socket on the host.</summary>
    public Task LinkAsync(string path) =>
        RootAsync(Host, $"mkdir -p {Path.GetDirectoryName(path)} && ln -sfn {Engine.SocketPath} {path}");

    /// <summary>Runs as root.</summary>
    public static async Task RootAsync(LabHost host, string script) =>
        (await host.RunAsync(script, asRoot: true)).OrThrow();

    /// <summary>What sshd of a host logged.</summary>
    public static string SshdLog(LabHost host) => File.ReadAllText(host.PathOf("/var/log/sshd.log"));

    /// <summary>The login key of the host, encrypted.</summary>
    public async Task<byte[]> EncryptedKeyAsync(string passphrase, int rounds = 16, bool isPem = false)
    {
        var path = Path.Combine(_keys, LabFixture.UniqueName("encrypted"));
        await File.WriteAllTextAsync(path, Host.KeyPem);
        File.SetUnixFileMode(path, Private);
        await LabShell.RunAsync("ssh-keygen", [
            "-q", "-p", "-P", "", "-N", passphrase, "-a", $"{rounds}",
            .. isPem ? ["-m", "PKCS8"] : Array.Empty<string>(), "-f", path]);
        return await File.ReadAllBytesAsync(path);
    }

    /// <summary>A line of known hosts for another name of the host.</summary>
    public string Known(string name) => Host.KnownHostsLine.Replace(Host.Address, name, StringComparison.Ordinal);

    public static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + "\n");

    private async Task MakeKeyAsync(string name, string passphrase) =>
        await LabShell.RunAsync(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", Path.Combine(_keys, name)]);

    private byte[] Read(string name) => File.ReadAllBytes(Path.Combine(_keys, name));
}

/// <summary>The tests that share the hosts.</summary>
[CollectionDefinition(SshHosts.Collection)]
public sealed class SshHostsCollection : ICollectionFixture<SshHosts>;
