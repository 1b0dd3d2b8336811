using Drydock.Clients.Ssh;

namespace Drydock.Reconcilers.Oms;

/// <summary>The endpoints of the nodes of one upgrade, with the values of their Secrets.</summary>
internal sealed class NodeEndpoints(OmsUpgrade upgrade, UsedSecrets secrets)
{
    /// <exception cref="DockerEndpointException">The spec does not say how the node is reached, or a Secret does not
    /// exist or cannot be used. The message holds none of its values.</exception>
    public DockerEndpoint Of(OmsNode node)
    {
        var docker = NodeDocker.Of(upgrade.Spec, node)
            ?? throw new DockerEndpointException(
                $"Node {node.Name} has no docker, and spec.docker is not set. Set one of them.");
        var endpoint = DockerEndpoint.Parse(docker.Endpoint) with
        {
            Insecure = docker.Insecure,
            AsRoot = docker.Become == Become.Sudo,
        };
        if (docker.TlsSecretRef is { } tls)
        {
            return endpoint with
            {
                Tls = DockerTlsMaterial.FromSecretData(Required(node, tls.Name, DockerTlsMaterial.SecretKeys)),
            };
        }

        return docker.SshSecretRef is { } ssh
            ? endpoint with { Ssh = Ssh(node, ssh.Name), Jump = Jump(node, docker, ssh.Name) }
            : endpoint;
    }

    private SshJump? Jump(OmsNode node, DockerAccess docker, string usual) =>
        docker.Jump is { } jump
            ? new SshJump(new SshEndpoint(jump.Host, jump.User, jump.Port), Ssh(node, jump.SshSecretRef?.Name ?? usual))
            : null;

    private SshMaterial Ssh(OmsNode node, string secret)
    {
        try
        {
            return SshMaterial.FromSecretData(Required(node, secret, SshMaterial.SecretKeys));
        }
        catch (RemoteException exception)
        {
            throw new DockerEndpointException($"Secret {secret} of node {node.Name}: {exception.Message}", exception);
        }
    }

    private IReadOnlyDictionary<string, byte[]> Required(OmsNode node, string secret, IEnumerable<string> keys)
    {
        var data = secrets.Data(secret)
            ?? throw new DockerEndpointException(
                $"Secret {secret} of node {node.Name} does not exist in namespace {upgrade.Metadata.Namespace}. "
                    + "Create it.");
        return SecretLimits.Refusal(secret, data, keys) is { } refusal
            ? throw new DockerEndpointException($"node {node.Name}: {refusal}")
            : data;
    }
}
