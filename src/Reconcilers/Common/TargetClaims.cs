using System.Security.Cryptography;
using System.Text;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.Reconcilers.Common;

/// <summary>
/// One target, one upgrade: a Lease without expiry in the operator's namespace, named after what the server says it is, held by the uid of the object
/// that works on the target. The API server's uniqueness of names decides who comes first.
/// </summary>
public sealed class TargetClaims(IKubernetesClient kubernetes, string operatorNamespace, TimeProvider time)
{
    private const string OwnerAnnotation = "drydock.dev/claimed-by";
    private const string TargetAnnotation = "drydock.dev/target";

    /// <summary>Namespace of the claims.</summary>
    public string Namespace => operatorNamespace;

    /// <summary>Name of the claim on a target.</summary>
    public static string NameOf(string targetIdentity) =>
        "drydock-target-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(targetIdentity)))[..20];

    /// <summary>Takes the claim, or finds that this object has it already.</summary>
    /// <param name="targetIdentity">The target as its server names it.</param>
    /// <param name="holder">Who takes it.</param>
    /// <param name="adopt">Take it over from a holder that no longer exists.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>Null if it is ours now; otherwise who has it.</returns>
    public async Task<ClaimHolder?> ClaimAsync(string targetIdentity, IKubernetesObject holder, bool adopt, CancellationToken cancellationToken)
    {
        var name = NameOf(targetIdentity);
        var uid = holder.Metadata.Uid ?? throw new ArgumentException("An object without uid cannot claim a target.", nameof(holder));
        try
        {
            await kubernetes.CreateAsync(Claim(name, targetIdentity, holder, uid), cancellationToken);
            return null;
        }
        catch (KubernetesAlreadyExistsException)
        {
            return await HolderAsync(name, uid, targetIdentity, holder, adopt, cancellationToken);
        }
    }

    /// <summary>Who else has the claim; null if nobody has, or this object itself. Changes nothing.</summary>
    public async Task<ClaimHolder?> FindHolderAsync(string targetIdentity, IKubernetesObject asking, CancellationToken cancellationToken) =>
        await kubernetes.GetAsync<V1Lease>(NameOf(targetIdentity), operatorNamespace, cancellationToken) is { } claim && claim.Spec.HolderIdentity != asking.Metadata.Uid
            ? await HolderOfAsync(claim, cancellationToken)
            : null;

    /// <summary>Takes the claim, or finds that this object has it already; never takes it over.</summary>
    /// <returns>Null if it is ours now; otherwise who has it.</returns>
    public async Task<string?> TakeAsync(string targetIdentity, IKubernetesObject holder, CancellationToken cancellationToken) =>
        (await ClaimAsync(targetIdentity, holder, adopt: false, cancellationToken))?.Name;

    /// <summary>Lets go, if this object holds it; another holder's claim is left alone.</summary>
    public async Task ReleaseAsync(string name, string holderUid, CancellationToken cancellationToken)
    {
        var claim = await kubernetes.GetAsync<V1Lease>(name, operatorNamespace, cancellationToken);
        if (claim?.Spec.HolderIdentity != holderUid)
        {
            return;
        }

        await kubernetes.DeleteAsync<V1Lease>(name, operatorNamespace, new DeleteOptions { ResourceVersion = claim.Metadata.ResourceVersion }, cancellationToken);
    }

    private async Task<ClaimHolder?> HolderAsync(string name, string uid, string targetIdentity, IKubernetesObject holder, bool adopt, CancellationToken cancellationToken)
    {
        var claim = await kubernetes.GetAsync<V1Lease>(name, operatorNamespace, cancellationToken);
        if (claim is null)
        {
            return await ClaimAsync(targetIdentity, holder, adopt, cancellationToken);
        }

        if (claim.Spec.HolderIdentity == uid)
        {
            return null;
        }

        var other = await HolderOfAsync(claim, cancellationToken);
        if (!adopt || !other.IsGone)
        {
            return other;
        }

        // Refused by the server if anybody changed the Lease since it was read: of two that adopt one does.
        var ours = Claim(name, targetIdentity, holder, uid);
        await kubernetes.UpdateAsync(claim with { Metadata = claim.Metadata with { Annotations = ours.Metadata.Annotations }, Spec = ours.Spec }, cancellationToken);
        return null;
    }

    private async Task<ClaimHolder> HolderOfAsync(V1Lease claim, CancellationToken cancellationToken)
    {
        var owner = claim.Metadata.Annotations?.GetValueOrDefault(OwnerAnnotation);
        return new ClaimHolder(owner ?? claim.Spec.HolderIdentity ?? "nobody known", owner is not null && await IsGoneAsync(owner, claim.Spec.HolderIdentity, cancellationToken));
    }

    // Of a kind that is not known here nothing is claimed: its holder counts as there.
    private async Task<bool> IsGoneAsync(string owner, string? uid, CancellationToken cancellationToken)
    {
        if (owner.Split(' ', 2) is not [var kind, var path] || path.Split('/', 2) is not [var space, var name])
        {
            return false;
        }

        return kind switch
        {
            OmsUpgrade.KindName => (await kubernetes.GetAsync<OmsUpgrade>(name, space, cancellationToken))?.Metadata.Uid != uid,
            DatabaseRollingUpgrade.KindName => (await kubernetes.GetAsync<DatabaseRollingUpgrade>(name, space, cancellationToken))?.Metadata.Uid != uid,
            SnapshotRestore.KindName => (await kubernetes.GetAsync<SnapshotRestore>(name, space, cancellationToken))?.Metadata.Uid != uid,
            _ => false,
        };
    }

    private V1Lease Claim(string name, string targetIdentity, IKubernetesObject holder, string uid) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Namespace = operatorNamespace,
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [OwnerAnnotation] = $"{holder.Kind} {holder.Metadata.Namespace}/{holder.Metadata.Name}",
                [TargetAnnotation] = targetIdentity,
            },
        },
        Spec = new V1LeaseSpec { HolderIdentity = uid, AcquireTime = time.GetUtcNow() },
    };
}
