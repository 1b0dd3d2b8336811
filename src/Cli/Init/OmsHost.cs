using Drydock.Clients.Remote;
using Drydock.Clients.Safety;
using Drydock.Clients.Ssh;

namespace Drydock.Cli.Init;

/// <summary>dockerd of one node of OMS, reached with the credentials of the user.</summary>
/// <param name="Address">The address as the user gave it.</param>
internal sealed record OmsHost(string Address, FileInfo? Key, FileInfo? KnownHosts, DirectoryInfo? Certificates)
{
    private static readonly string[] KeyNames = ["id_ed25519", "id_rsa"];

    /// <summary>Looks at the running containers. Reads only.</summary>
    /// <param name="container">Name of the container of OMS; null for the only one.</param>
    /// <exception cref="CliException">The host cannot be asked, or has not exactly one container of OMS.</exception>
    public async Task<(Uri Docker, OmsFound Found)> LookAsync(
        Surroundings surroundings, string? container, CancellationToken cancellationToken)
    {
        try
        {
            var endpoint = WithCredentials(DockerEndpoint.Parse(Address), surroundings);

            // The user names hosts of his own; the operator's rules are for manifests of others.
            var options = new DockerClientOptions { Endpoints = EndpointPolicy.Unrestricted };
            await using var client = new DockerClient(endpoint, options, surroundings.Time);
            return (endpoint.Uri, await OmsFound.FindAsync(client, container, cancellationToken));
        }
        catch (Exception refused) when (refused is DockerException or RemoteException)
        {
            throw new CliException($"{Sentences.Close(refused.Message)} Check --docker.");
        }
    }

    private DockerEndpoint WithCredentials(DockerEndpoint endpoint, Surroundings surroundings) =>
        endpoint.Uri.Scheme switch
        {
            "ssh" when !surroundings.IsLinux => throw new CliException(
                "`init oms` over ssh works on Linux only: on other systems the private key would lie in a temporary "
                + "file. Use --docker tcp://HOST:2376 with --tls, or run the command on a Linux host."),
            "ssh" => endpoint with { Ssh = SshMaterial() },
            "tcp" => endpoint with { Tls = TlsMaterial() },
            "unix" when !File.Exists(endpoint.Uri.LocalPath) => throw new CliException(
                $"There is no socket {endpoint.Uri.LocalPath}. Name that of dockerd with --docker."),
            _ => endpoint,
        };

    private SshMaterial SshMaterial()
    {
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        var path = Key?.FullName
            ?? KeyNames.Select(n => Path.Combine(home, n)).FirstOrDefault(File.Exists)
            ?? throw new CliException($"There is no id_ed25519 or id_rsa in {home}. Add --ssh-key.");
        var (key, hosts) = (
            UserFile.Read("--ssh-key", path),
            UserFile.Read("--known-hosts", KnownHosts?.FullName ?? Path.Combine(home, "known_hosts")));
        try
        {
            return new SshMaterial(key, hosts);
        }
        catch (RemoteException)
        {
            // Its text is about the Secret of an upgrade.
            throw new CliException(
                $"{path} has a passphrase, which this command cannot ask for. Name a private key without a passphrase "
                + "with --ssh-key.");
        }
    }

    private DockerTlsMaterial TlsMaterial()
    {
        var path = Certificates?.FullName
            ?? Environment.GetEnvironmentVariable("DOCKER_CERT_PATH")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        byte[] Read(string name) => UserFile.Read("--tls", Path.Combine(path, name));
        return new DockerTlsMaterial(Read("ca.pem"), Read("cert.pem"), Read("key.pem"));
    }
}
