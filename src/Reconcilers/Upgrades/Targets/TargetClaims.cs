using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>One target, one upgrade: Leases without expiry in the operator's namespace, named as
/// <see cref="ClaimTarget"/> says, held by the uid of the object that works on the target. The API server's uniqueness
/// of names decides who comes first: a target is held by the object that has all of its names.</summary>
/// <param name="fence">Null if this process runs alone by construction.</param>
/// <param name="scope">The namespaces that the operator serves; null for all. A holder elsewhere cannot be looked for
/// and counts as there.</param>
internal sealed class TargetClaims(
    IKubernetesClient kubernetes,
    string operatorNamespace,
    TimeProvider time,
    IActFence? fence = null,
    NamespaceScope? scope = null)
{
    private const string OwnerAnnotation = "drydock.dev/claimed-by";
    private const string TargetAnnotation = "drydock.dev/target";

    public string Namespace => operatorNamespace;

    /// <summary>The target as the status of an object has it that has claimed it.</summary>
    public TargetStatus Claimed(TargetStatus target, V1ObjectMeta holder) => target with
    {
        Claim = ClaimTarget.Of(target)!.Names(holder.Namespace)[0],
        ClaimNamespace = operatorNamespace,
    };

    /// <summary>Takes the claim, or finds that this object has it already. If another has one of its names, those that
    /// this object has are given back.</summary>
    /// <param name="adopt">The uid of a holder that is gone and may be succeeded; null for none.</param>
    /// <returns>Null if it is ours now; otherwise who has it.</returns>
    public async Task<ClaimHolder?> ClaimAsync(
        ClaimTarget target, IKubernetesObject holder, string? adopt, bool keep, CancellationToken cancellationToken)
    {
        var uid = holder.Metadata.Uid
            ?? throw new ArgumentException("An object without uid cannot claim a target.", nameof(holder));
        var names = target.Names(holder.Metadata.Namespace);
        foreach (var name in names)
        {
            if (await TakeAsync(Claim(name, target, holder, uid), adopt, cancellationToken) is { } other)
            {
                if (!keep)
                {
                    await ReleaseAsync(names, uid, cancellationToken);
                }

                return other;
            }
        }

        return null;
    }

    /// <summary>Another holder of the claim; null if there is none. Changes nothing.</summary>
    public async Task<ClaimHolder?> FindHolderAsync(
        ClaimTarget target, IKubernetesObject asking, CancellationToken cancellationToken)
    {
        foreach (var name in target.Names(asking.Metadata.Namespace))
        {
            if (await kubernetes.GetAsync<V1Lease>(name, operatorNamespace, cancellationToken) is { } claim
                && claim.Spec?.HolderIdentity != asking.Metadata.Uid)
            {
                return await HolderOfAsync(claim, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Gives back those of the names that this holder has; another holder's are left alone.</summary>
    public async Task ReleaseAsync(IEnumerable<string> names, string holderUid, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            var claim = await kubernetes.GetAsync<V1Lease>(name, operatorNamespace, cancellationToken);
            if (claim is not null && claim.Spec?.HolderIdentity == holderUid)
            {
                // Asked after the read: what a successor claims later for the same object has another version.
                fence?.EnsureMayAct();
                await kubernetes.DeleteAsync<V1Lease>(
                    name,
                    operatorNamespace,
                    new DeleteOptions { ResourceVersion = claim.Metadata.ResourceVersion },
                    cancellationToken);
            }
        }
    }

    private async Task<ClaimHolder?> TakeAsync(V1Lease wanted, string? adopt, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await kubernetes.CreateOnceAsync(wanted, cancellationToken))
            {
                return null;
            }

            var present = await kubernetes.GetAsync<V1Lease>(
                wanted.Metadata.Name, operatorNamespace, cancellationToken);
            if (present is not null)
            {
                return present.Spec?.HolderIdentity == wanted.Spec.HolderIdentity
                    ? null
                    : await AdoptAsync(present, wanted, adopt, cancellationToken);
            }
        }
    }

    private async Task<ClaimHolder?> AdoptAsync(
        V1Lease present, V1Lease wanted, string? adopt, CancellationToken cancellationToken)
    {
        var other = await HolderOfAsync(present, cancellationToken);
        if (!other.IsGone || adopt != present.Spec.HolderIdentity)
        {
            return other;
        }

        // Refused by the server if the Lease was changed since it was read: only one of two adopters succeeds.
        await kubernetes.UpdateAsync(
            present with
            {
                Metadata = present.Metadata with { Annotations = wanted.Metadata.Annotations },
                Spec = wanted.Spec,
            },
            cancellationToken);
        return null;
    }

    private async Task<ClaimHolder> HolderOfAsync(V1Lease claim, CancellationToken cancellationToken)
    {
        var (owner, uid) = (claim.Metadata.Annotation(OwnerAnnotation), claim.Spec?.HolderIdentity);
        var isGone = owner is not null && await IsGoneAsync(owner, uid, cancellationToken);

        // Another object may have its name now, also the one that says it.
        var name = isGone ? $"{owner} (a former object with uid {uid?[..Math.Min(uid.Length, 8)]})" : owner;
        return new ClaimHolder(
            name ?? uid ?? "an unknown holder", uid, isGone, $"{operatorNamespace}/{claim.Metadata.Name}");
    }

    // Of a kind that is not known here nothing is claimed: its holder counts as there.
    private async Task<bool> IsGoneAsync(string owner, string? uid, CancellationToken cancellationToken)
    {
        if (owner.Split(' ', 2) is not [var kind, var path] || path.Split('/', 2) is not [var space, var name]
            || scope?.Contains(space) == false)
        {
            return false;
        }

        return kind switch
        {
            OmsUpgrade.KindName => await IsAnotherAsync<OmsUpgrade>(),
            DatabaseRollingUpgrade.KindName => await IsAnotherAsync<DatabaseRollingUpgrade>(),
            SnapshotRestore.KindName => await IsAnotherAsync<SnapshotRestore>(),
            _ => false,
        };

        async Task<bool> IsAnotherAsync<T>()
            where T : class, IKubernetesObject =>
            (await kubernetes.GetAsync<T>(name, space, cancellationToken))?.Metadata.Uid != uid;
    }

    private V1Lease Claim(string name, ClaimTarget target, IKubernetesObject holder, string uid) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Namespace = operatorNamespace,
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [OwnerAnnotation] = $"{holder.Kind} {holder.Metadata.Namespace}/{holder.Metadata.Name}",
                [TargetAnnotation] = target.Identity,
            },
        },
        Spec = new V1LeaseSpec { HolderIdentity = uid, AcquireTime = time.GetUtcNow().UtcDateTime },
    };
}

/// <summary>Who has a claim that is not ours.</summary>
/// <param name="Name">Kind, namespace and name, or the uid where nothing else is known.</param>
/// <param name="Uid">Of that object; null where the Lease has none.</param>
/// <param name="IsGone">The object no longer exists: it will never release the claim.</param>
/// <param name="Lease">Namespace and name of the Lease, for the administrator who has to remove it.</param>
internal sealed record ClaimHolder(string Name, string? Uid, bool IsGone, string Lease)
{
    public override string ToString() => Name;
}
