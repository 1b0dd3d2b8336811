namespace Drydock.Lab.Hosts;

/// <content>What commands over ssh cost the host.</content>
public sealed partial class LabHost
{
    // Nanoseconds in the first version of control groups, microseconds in the second.
    private const string CostScript =
        """
        sessions=$(grep -c 'Starting session: ' /var/log/sshd.log)
        cd /run/lab-groups/ssh 2>/dev/null || { echo "$sessions 0"; exit; }
        if [ -e cpuacct.usage ]; then read -r used <cpuacct.usage && used=$((used / 1000))
        else read -r name used <cpu.stat
        fi
        echo "$sessions $used"
        """;

    /// <summary>What all commands over ssh have cost since the boot; no processor time where the machine refused
    /// control groups.</summary>
    public async Task<SshCost> CostAsync(CancellationToken ct = default)
    {
        var fields = (await RunAsync(CostScript, asRoot: true, ct)).OrThrow().Split(' ')
            .Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToList();
        return new SshCost((int)fields[0], TimeSpan.FromMicroseconds(fields[1]));
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
