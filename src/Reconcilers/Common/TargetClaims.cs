using System.Security.Cryptography;
using System.Text;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;

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
    /// <returns>Null if it is ours now; otherwise who has it.</returns>
    public async Task<string?> TakeAsync(string targetIdentity, IKubernetesObject holder, CancellationToken cancellationToken)
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
            return await HolderAsync(name, uid, targetIdentity, holder, cancellationToken);
        }
    }

    /// <summary>Who else has the claim; null if nobody has, or this object itself. Changes nothing.</summary>
    public async Task<string?> OtherHolderAsync(string targetIdentity, IKubernetesObject asking, CancellationToken cancellationToken) =>
        await kubernetes.GetAsync<V1Lease>(NameOf(targetIdentity), operatorNamespace, cancellationToken) is { } claim && claim.Spec.HolderIdentity != asking.Metadata.Uid
            ? HolderOf(claim)
            : null;

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

    private async Task<string?> HolderAsync(string name, string uid, string targetIdentity, IKubernetesObject holder, CancellationToken cancellationToken)
    {
        var claim = await kubernetes.GetAsync<V1Lease>(name, operatorNamespace, cancellationToken);
        if (claim is null)
        {
            return await TakeAsync(targetIdentity, holder, cancellationToken);
        }

        return claim.Spec.HolderIdentity == uid ? null : HolderOf(claim);
    }

    private static string HolderOf(V1Lease claim) =>
        claim.Metadata.Annotations?.GetValueOrDefault(OwnerAnnotation) ?? claim.Spec.HolderIdentity ?? "nobody known";

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
