namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>The lease as one contender sees it. Clocks of other processes are not trusted: a lease is expired if it was
/// unchanged for its whole duration by the local monotonic clock.</summary>
internal sealed class LeaseRecord(IKubernetesClient client, LeaderElectionOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private V1Lease? _seen;
    private long _seenAt;

    public string? Holder
    {
        get
        {
            lock (_lock)
            {
                return string.IsNullOrEmpty(_seen?.Spec.HolderIdentity) ? null : _seen.Spec.HolderIdentity;
            }
        }
    }

    /// <summary>Time until it may be taken if nothing changes; zero if it is free, held by this process or expired, or
    /// if its holder has ended.</summary>
    public TimeSpan UntilFree
    {
        get
        {
            lock (_lock)
            {
                if (_seen is null
                    || Holder is not { } holder
                    || holder == options.Identity
                    || options.HolderStateOf(holder) == HolderState.Ended)
                {
                    return TimeSpan.Zero;
                }

                var theirs = TimeSpan.FromSeconds(_seen.Spec.LeaseDurationSeconds ?? 0);
                var left =
                    (theirs > options.LeaseDuration ? theirs : options.LeaseDuration) - time.GetElapsedTime(_seenAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    public void Observe(V1Lease? lease)
    {
        lock (_lock)
        {
            if (lease is null)
            {
                _seen = null;
            }
            else if (_seen?.Metadata.Uid != lease.Metadata.Uid
                || (_seen?.Metadata.ResourceVersion != lease.Metadata.ResourceVersion && !IsOld(lease)))
            {
                _seen = lease;
                _seenAt = time.GetTimestamp();
            }
        }
    }

    public async Task<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        // The last own write is the most likely state, which saves one request.
        if (Seen() is { } mine && mine.Spec.HolderIdentity == options.Identity)
        {
            try
            {
                return await WriteAsync(mine, cancellationToken);
            }
            catch (KubernetesException e) when (e is KubernetesConflictException or KubernetesNotFoundException)
            {
                // Another process wrote it, or an earlier own attempt arrived late: read it.
            }
        }

        var lease = await client.GetAsync<V1Lease>(options.LeaseName, options.Namespace, cancellationToken);
        Observe(lease);
        if (UntilFree > TimeSpan.Zero)
        {
            return false;
        }

        try
        {
            return lease is null ? await CreateAsync(cancellationToken) : await WriteAsync(lease, cancellationToken);
        }
        catch (KubernetesException e) when (e is KubernetesConflictException or KubernetesNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Empties the holder, so that a successor does not have to wait.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (Seen() is { } mine && mine.Spec.HolderIdentity == options.Identity)
        {
            var now = time.GetUtcNow();
            Observe(
                await client.UpdateAsync(
                    mine with
                    {
                        Spec = mine.Spec with
                        {
                            HolderIdentity = null,
                            LeaseDurationSeconds = 1,
                            AcquireTime = now,
                            RenewTime = now,
                        },
                    },
                    cancellationToken));
        }
    }

    /// <summary>A watch event may arrive after the answer to a later own write.</summary>
    private bool IsOld(V1Lease lease) =>
        ResourceVersions.IsOlder(lease.Metadata.ResourceVersion, _seen?.Metadata.ResourceVersion);

    private V1Lease? Seen()
    {
        lock (_lock)
        {
            return _seen;
        }
    }

    private async Task<bool> CreateAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Observe(await client.CreateAsync(
            new V1Lease
            {
                Metadata = new() { Name = options.LeaseName, Namespace = options.Namespace },
                Spec = new()
                {
                    HolderIdentity = options.Identity,
                    LeaseDurationSeconds = DurationSeconds,
                    AcquireTime = now,
                    RenewTime = now,
                    LeaseTransitions = 0,
                },
            },
            cancellationToken));
        return true;
    }

    private async Task<bool> WriteAsync(V1Lease lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ours = lease.Spec.HolderIdentity == options.Identity;
        Observe(await client.UpdateAsync(
            lease with
            {
                Spec = lease.Spec with
                {
                    HolderIdentity = options.Identity,
                    LeaseDurationSeconds = DurationSeconds,
                    AcquireTime = ours ? lease.Spec.AcquireTime : now,
                    RenewTime = now,
                    LeaseTransitions = (lease.Spec.LeaseTransitions ?? 0) + (ours ? 0 : 1),
                },
            },
            cancellationToken));
        return true;
    }

    private int DurationSeconds => Math.Max(1, (int)Math.Ceiling(options.LeaseDuration.TotalSeconds));
}
