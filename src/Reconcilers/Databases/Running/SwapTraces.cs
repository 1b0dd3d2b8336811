namespace Drydock.Reconcilers.Databases;

/// <summary>Finds the instances that run the new program although their swap has not begun by the plan of an upgrade,
/// whose status may have been restored from a backup.</summary>
internal sealed class SwapTraces(IDatabaseHosts hosts, DatabaseRollingUpgradeSpec spec)
{
    /// <summary>A step that has begun without the status: if the upgrade continues, it is looked at again.</summary>
    public static Step Begun(Step step, SortedDictionary<string, string>? facts = null) => step with
    {
        Record = step.Record with
        {
            Attempt = Math.Max(1, step.Attempt),
            Message = "Its host shows that it has begun; the status did not know of it.",
            Facts = facts ?? step.Facts,
        },
    };

    /// <summary>SHA-256 of the new program of each such instance, by its name.</summary>
    /// <param name="unbegun">The instances whose swap has not begun by the plan.</param>
    /// <param name="recorded">SHA-256 of the new program of an instance by the plan. Where that has none, the package
    /// on the host counts; without a package there, nothing was replaced.</param>
    /// <exception cref="UnreadableTraceException">What one of them runs cannot be read.</exception>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(
        IReadOnlyList<DatabaseInstance> unbegun, Func<DatabaseInstance, string, string?> recorded,
        CancellationToken cancellationToken)
    {
        var looks = await SideBySide.EachAsync(unbegun, LookAsync, cancellationToken);
        return unbegun.Zip(looks).Where(l => l.Second is not null)
            .ToDictionary(l => l.First.Name, l => l.Second!, StringComparer.Ordinal);

        async Task<string?> LookAsync(DatabaseInstance instance, CancellationToken token)
        {
            try
            {
                var host = hosts.Instance(instance.Name);
                var program = host.Target.Program;
                var process = await host.LookAsync(token);
                var wanted = recorded(instance, program) ?? (await hosts.Files(instance.Host).Sha256Async(
                    [$"{spec.Package.Directory.TrimEnd('/')}/bin/{program}"], token))[0];

                // One that is down, or a script that is about to become the program, counts by what is in its place.
                var isItself = Path.GetFileName(process.Executable)?.StartsWith(program, StringComparison.Ordinal);
                return wanted is null ? null
                    : wanted == process.ExecutableSha256
                        || (wanted == process.InstalledSha256 && isItself != true) ? wanted
                    : process is not { Pid: not null, ExecutableSha256: null } ? null
                    : throw new HostException(
                        instance.Host, Reasons.HostUnreachable,
                        "Its program cannot be read. Set `become: Sudo` in spec.access");
            }
            catch (Exception exception) when (exception is TargetException or OperationCanceledException)
            {
                throw new UnreadableTraceException(
                    $"{instance.Name} on {instance.Host}", exception, LostInstance.Advice(instance.Name));
            }
        }
    }
}
