namespace Drydock.Crds.Common;

/// <summary>Endpoints of dockerds and what they are reached with.</summary>
/// <param name="Endpoints">The endpoints that share what follows.</param>
/// <param name="Tls">The Secret with the client certificate.</param>
/// <param name="Ssh">The Secret with the key.</param>
/// <param name="Insecure">Whether plain tcp:// is accepted.</param>
/// <param name="HasJump">Whether there is a jump host.</param>
/// <param name="Become">Whether docker runs as root over ssh.</param>
internal sealed record DockerEndpointRules(
    IReadOnlyCollection<string> Endpoints,
    SecretReference? Tls,
    SecretReference? Ssh,
    bool Insecure,
    bool HasJump,
    Become Become)
{
    /// <summary>What contradicts itself, in code.</summary>
    /// <param name="field">The field that holds the rest.</param>
    public IEnumerable<Finding> Check(string field)
    {
        var (endpoints, tls, ssh, insecure) = (Endpoints, Tls, Ssh, Insecure);
        var tcp = endpoints.Count(e => e.StartsWith("tcp://", StringComparison.Ordinal));
        if (tcp > 0 && tls is null && !insecure)
        {
            yield return StorageRules.Refusal(RuleMessages.TcpNeedsTls, $"{field}.tlsSecretRef");
        }

        if (insecure && (tcp < endpoints.Count || tls is not null))
        {
            yield return StorageRules.Refusal(RuleMessages.InsecureIsAlone, $"{field}.insecure");
        }

        if (tls is not null && tcp == 0)
        {
            yield return StorageRules.Refusal(RuleMessages.TlsIsForTcp, $"{field}.tlsSecretRef");
        }

        var isSsh = endpoints.Any(e => e.StartsWith("ssh://", StringComparison.Ordinal));
        if (isSsh != ssh is not null)
        {
            yield return StorageRules.Refusal(RuleMessages.SshNeedsKey, $"{field}.sshSecretRef");
        }

        if (!isSsh && (HasJump || Become != Become.None))
        {
            yield return StorageRules.Refusal(RuleMessages.OnlyForSsh, field);
        }
    }
}
