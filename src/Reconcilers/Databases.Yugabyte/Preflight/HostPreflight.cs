namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The hosts: reachable, clocks in sync, and the package present, or space for it.</summary>
internal sealed class HostPreflight(YugabyteCluster cluster, Findings findings)
{
    // The space of an unpacked archive of programs, in addition to the archive.
    private const int Unpacked = 4;

    public async Task<IReadOnlyList<HostFacts>> LookAsync(
        IReadOnlyList<string> hosts, CancellationToken cancellationToken)
    {
        var looks = await YugabyteCluster.EachAsync(hosts, LookAsync, cancellationToken);
        CompareClocks(looks);
        return looks;
    }

    private async Task<HostFacts> LookAsync(string host, CancellationToken cancellationToken) =>
        await findings.LookAsync<HostFacts>(
            async () =>
            {
                var files = cluster.Hosts.Files(host);
                var clock = await files.ClockAsync(cancellationToken);
                var package = await files.PackageAsync(
                    PackageRequests.For(cluster.Spec, cluster.Hosts.ToolHost, host), cancellationToken);
                if (!package.IsComplete)
                {
                    await JudgeAsync(host, files, package, cancellationToken);
                }

                return new HostFacts(host, clock, package);
            },
            host) ?? new HostFacts(host, null, null);

    private async Task JudgeAsync(
        string host, IHostFiles files, PackageState package, CancellationToken cancellationToken)
    {
        var spec = cluster.Spec.Package;
        if (package.IsWrong)
        {
            findings.Add(
                spec.Archives.Count == 0 ? Reasons.PackageMissing : Reasons.PackageCorrupt,
                package.Problem,
                host,
                "spec.package");
            return;
        }

        if (spec.Archives.Count == 0)
        {
            // post_install.sh and extensions are the upgrade's own work.
            var programs = PackageRequests.For(cluster.Spec, cluster.Hosts.ToolHost, host).Programs;
            if (programs.Any(p => !package.Programs.ContainsKey(p)))
            {
                findings.Add(
                    Reasons.PackageMissing,
                    $"{package.Problem} Copy the new version to {spec.Directory} on {host}, or set "
                    + "spec.package.archives.",
                    host,
                    "spec.package.directory");
            }

            return;
        }

        var (free, needed) = (
            await files.FreeBytesAsync(spec.Directory, cancellationToken), await NeededAsync(files, cancellationToken));
        if (free < needed)
        {
            findings.Add(
                Reasons.NoSpace,
                $"{host} has {free >> 20} MiB free for {spec.Directory}; "
                + $"about {needed >> 20} MiB are needed to unpack the package. Free space.",
                host);
        }
    }

    // How large an archive in a storage is shows only when it is brought.
    private async Task<long> NeededAsync(IHostFiles files, CancellationToken cancellationToken)
    {
        var needed = 0L;
        foreach (var path in cluster.Spec.Package.Archives.Select(a => a.HostPath).OfType<string>())
        {
            var size = await files.RunAsync(new RemoteCommand("stat", "-L", "-c", "%s", path), cancellationToken);
            needed += size.IsSuccess
                && long.TryParse(size.Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? bytes * Unpacked
                : 0;
        }

        return needed;
    }

    private void CompareClocks(IReadOnlyList<HostFacts> looks)
    {
        var known = looks.Where(l => l.Clock is not null).Select(l => (l.Host, l.Clock!)).ToList();
        var allowed = KubernetesDuration.Parse(cluster.Settings.MaxClockSkew);
        if (ClockComparison.Largest(known) is { } skew && skew.AtLeast > allowed)
        {
            findings.Ask(
                Reasons.ClockSkew,
                skew.Ahead,
                $"The clocks of {skew.Behind} and {skew.Ahead} differ by at least "
                + $"{skew.AtLeast.TotalMilliseconds:F0} ms (error of the measurement: "
                + $"{skew.Error.TotalMilliseconds:F0} ms), more than {cluster.Settings.MaxClockSkew} "
                + $"(spec.yugabyte.maxClockSkew). "
                + $"Repair time synchronization first: YugabyteDB processes stop at 500 ms.",
                skew.Ahead);
        }
    }
}

/// <summary>One host, as preflight observed it.</summary>
/// <param name="Host">The host.</param>
/// <param name="Clock">Its clock compared with that of the operator; null if it cannot be reached.</param>
/// <param name="Package">The state of the package; null if it could not be read.</param>
internal sealed record HostFacts(string Host, ClockReading? Clock, PackageState? Package);
