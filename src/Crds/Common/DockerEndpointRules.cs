namespace Drydock.Crds.Common;

/// <summary>The rules between endpoints of dockerds and what they are reached with, in code.</summary>
internal static class DockerEndpointRules
{
    /// <summary>What contradicts itself.</summary>
    /// <param name="endpoints">The endpoints that share what follows.</param>
    /// <param name="tls">The Secret with the client certificate.</param>
    /// <param name="ssh">The Secret with the key.</param>
    /// <param name="insecure">Whether plain tcp:// is accepted.</param>
    /// <param name="field">The field that holds the three.</param>
    public static IEnumerable<Finding> Check(
        IReadOnlyCollection<string> endpoints, SecretReference? tls, SecretReference? ssh, bool insecure, string field)
    {
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

        if (endpoints.Any(e => e.StartsWith("ssh://", StringComparison.Ordinal)) != ssh is not null)
        {
            yield return StorageRules.Refusal(RuleMessages.SshNeedsKey, $"{field}.sshSecretRef");
        }
    }
}
