using System.Security.Cryptography.X509Certificates;

namespace Drydock.Crds.Values;

/// <summary>Which certificates of servers are accepted.</summary>
public static class ChainPolicies
{
    /// <summary>Trusts these authorities and none of the system's. Revocation is not checked: private authorities have
    /// no list that can be reached.</summary>
    public static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
