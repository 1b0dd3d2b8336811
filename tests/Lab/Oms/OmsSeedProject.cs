namespace Drydock.Lab.Oms;

/// <summary>One project of the seed.</summary>
internal sealed record OmsSeedProject(
    string Name,
    string Key,
    string Status,
    string Region,
    string HostIp,
    bool IsSync,
    bool EnableDdl,
    string? DbType,
    string? StepConfig,
    string WhiteList)
{
    private static readonly string[] Statuses =
        ["RUNNING", "SUSPEND", "FAILED", "FINISHED", "INIT", "RUNNING", "RELEASED", "DELETED"];

    /// <summary>Every third project is a sync project. Two deleted ones share a name, which is allowed.</summary>
    public static IEnumerable<OmsSeedProject> All(int count, IReadOnlyList<OmsRegion> regions, bool plainNames = false)
    {
        for (var i = 1; i <= count; i++)
        {
            var sync = i % 3 == 0;
            var region = regions[i % regions.Count];
            var status = Statuses[(i - 1) % Statuses.Length];
            var name = (plainNames, status) switch
            {
                (true, "DELETED") => "old-orders",
                (true, _) => string.Create(CultureInfo.InvariantCulture, $"{(sync ? "sync" : "migrate")}-orders-{i}"),
                (false, "DELETED") => "废弃的项目",
                _ => string.Create(CultureInfo.InvariantCulture, $"{(sync ? "同步" : "迁移")}-订单库→OB 🚚 {i}'s \"x\"),("),
            };
            yield return new OmsSeedProject(
                name,
                string.Create(CultureInfo.InvariantCulture, $"{(sync ? "ns" : "np")}_{i:D6}abcdef"),
                status,
                region.Name,
                region.Hosts[i % region.Hosts.Count].Address,
                sync,
                sync && i % 2 == 0,
                sync && i % 2 == 0 && i % 12 != 0 ? "OB_MySQL" : null,
                i % 5 == 0 ? null : string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"checkpoint":{{9007199254740993L + i}},"name":"步骤\\n\"{{i}}\"","gtid":18446744073709551615}"""),
                i % 4 == 0 ? "NULL" : "0x" + string.Concat(Enumerable.Range(0, 96).Select(
                    b => ((b * 7 + i) & 255).ToString("X2", CultureInfo.InvariantCulture))));
        }
    }
}
