namespace Drydock.Lab.Hosts;

/// <content>What commands over ssh cost the host.</content>
public sealed partial class LabHost
{
    // utime, stime, cutime and cstime of every sshd, in hundredths of a second: /proc counts the ended children of a
    // process there once they were waited for, and no process that a command left running.
    private const string CostScript =
        """
        sessions=$(grep -c 'Starting session: ' /var/log/sshd.log)
        ticks=0
        for comm in /proc/[0-9]*/comm; do
          read -r name <"$comm" || continue
          case $name in sshd*) ;; *) continue ;; esac
          read -r line <"${comm%comm}stat" || continue
          set -- ${line##*) }
          ticks=$((ticks + ${12} + ${13} + ${14} + ${15}))
        done 2>/dev/null
        echo "$sessions $ticks $(getconf CLK_TCK)"
        """;

    /// <summary>What all commands over ssh have cost since the host was made. The time of a command counts when its
    /// connection's process has seen it end.</summary>
    public async Task<SshCost> CostAsync(CancellationToken ct = default)
    {
        var fields = (await RunAsync(CostScript, asRoot: true, ct)).OrThrow().Split(' ')
            .Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToList();
        return new SshCost((int)fields[0], TimeSpan.FromSeconds(fields[1] / (double)fields[2]));
    }
}

/// <summary>What commands over ssh have cost.</summary>
/// <param name="Commands">Sessions of sshd: commands and subsystems.</param>
/// <param name="Processor">Processor time of sshd and of the commands.</param>
public sealed record SshCost(int Commands, TimeSpan Processor)
{
    /// <summary>The cost of several hosts.</summary>
    public static async Task<SshCost> OfAsync(IEnumerable<LabHost> hosts, CancellationToken ct = default)
    {
        var all = await Task.WhenAll(hosts.Select(host => host.CostAsync(ct)));
        return new SshCost(all.Sum(c => c.Commands), TimeSpan.FromTicks(all.Sum(c => c.Processor.Ticks)));
    }

    public SshCost Since(SshCost before) => new(Commands - before.Commands, Processor - before.Processor);
}
