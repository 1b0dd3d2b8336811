namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the operator reaches a dockerd.</summary>
[ValidationRule(
    "!self.endpoint.startsWith('tcp://') || has(self.tlsSecretRef) || (has(self.insecure) && self.insecure)",
    SharedRules.TcpNeedsTls)]
[ValidationRule(
    "!has(self.insecure) || !self.insecure || (self.endpoint.startsWith('tcp://') && !has(self.tlsSecretRef))",
    SharedRules.InsecureIsAlone)]
[ValidationRule("!has(self.tlsSecretRef) || self.endpoint.startsWith('tcp://')", SharedRules.TlsIsForTcp)]
[ValidationRule("self.endpoint.startsWith('ssh://') == has(self.sshSecretRef)", SharedRules.SshNeedsKey)]
[ValidationRule(
    "self.endpoint.startsWith('ssh://') || (!has(self.jump) && (!has(self.become) || self.become == 'None'))",
    SharedRules.OnlyForSsh)]
[ValidationRule(
    "!self.endpoint.replace('{hostIP}', '').replace('{name}', '').matches('[{}]')",
    "endpoint can contain only the placeholders {hostIP} and {name}. Correct or remove any other braces.")]
public sealed record DockerAccess
{
    /// <summary>Where dockerd listens: tcp://HOST:PORT, ssh://USER@HOST:PORT (docker system dial-stdio runs there; a
    /// path behind it is that of the socket), or unix:///PATH on the operator's own machine, with
    /// --allow-unix-endpoints. {hostIP} and {name} stand for those of the node.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.DockerEndpointOfNodes)]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>Client certificate for tcp://: a Secret with the keys ca.crt, tls.crt and tls.key, or ca.pem, cert.pem
    /// and key.pem.</summary>
    [SecretKeys("ca.crt", "tls.crt", "tls.key", "ca.pem", "cert.pem", "key.pem")]
    public SecretReference? TlsSecretRef { get; init; }

    /// <summary>For ssh://: a Secret with the keys ssh-privatekey and known_hosts, and passphrase if the key is
    /// encrypted.</summary>
    [SecretKeys("ssh-privatekey", "known_hosts", "passphrase")]
    public SecretReference? SshSecretRef { get; init; }

    /// <summary>For ssh://: Sudo runs docker system dial-stdio through sudo -n, None as the login user.</summary>
    public Become Become { get; init; }

    /// <summary>The jump host for ssh://.</summary>
    public JumpHost? Jump { get; init; }

    /// <summary>True accepts tcp:// without TLS. Anyone who can reach it is root on the host.</summary>
    public bool Insecure { get; init; }
}

/// <summary>How the dockerd of each node is reached: as the node says, otherwise as spec.docker says. A node's docker
/// replaces spec.docker as a whole, so no field of one is ever used with the endpoint of the other.</summary>
public static class NodeDocker
{
    /// <summary>Stands for the address of the node.</summary>
    public const string HostIP = "{hostIP}";

    /// <summary>Stands for the name of the node.</summary>
    public const string Name = "{name}";

    /// <summary>The access of a node, with the placeholders filled in; null if neither says it.</summary>
    public static DockerAccess? Of(OmsUpgradeSpec spec, OmsNode node) =>
        (node.Docker ?? spec.Docker) is { } docker ? docker with { Endpoint = Fill(docker.Endpoint, node) } : null;

    /// <summary>The field that says how a node is reached.</summary>
    /// <param name="node">The node.</param>
    /// <param name="region">The name of its region.</param>
    public static string FieldOf(OmsNode node, string region) =>
        node.Docker is null ? "spec.docker" : $"spec.regions[{region}].nodes[{node.Name}].docker";

    /// <summary>Whether each node has an endpoint of its own by this text.</summary>
    public static bool HasPlaceholder(string endpoint) =>
        endpoint.Contains(HostIP, StringComparison.Ordinal) || endpoint.Contains(Name, StringComparison.Ordinal);

    // Between the scheme and the path, an IPv6 address needs brackets, which may be written already.
    private static string Fill(string endpoint, OmsNode node)
    {
        var scheme = endpoint.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        var path = endpoint.IndexOf('/', scheme);
        var authority = path < 0 ? endpoint : endpoint[..path];
        var address = node.HostIP.Contains(':', StringComparison.Ordinal) ? $"[{node.HostIP}]" : node.HostIP;
        authority = authority.Replace($"[{HostIP}]", HostIP, StringComparison.Ordinal)
            .Replace(HostIP, address, StringComparison.Ordinal);
        return string.Concat(authority, path < 0 ? "" : endpoint[path..])
            .Replace(HostIP, node.HostIP, StringComparison.Ordinal)
            .Replace(Name, node.Name, StringComparison.Ordinal);
    }
}
