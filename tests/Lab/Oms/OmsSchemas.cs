namespace Drydock.Lab.Oms;

/// <summary>
/// The schema of a later source version: that of 3.2.2 with the changes of each level since then. The statements are
/// the stand-in's own files.
/// </summary>
internal static class OmsSchemas
{
    private static readonly string[] Levels = ["3.3.1", "4.0.1", "4.2.0", "4.2.2"];
    private static readonly string Folder = Path.Combine(
        AppContext.BaseDirectory, "Oms", "images", "rootfs", "opt", "standin", "schema");

    /// <summary>
    /// The statements that upgrade a database of that role (<c>rm</c>, <c>cm</c>, <c>hb</c>) from 3.2.2 to a version,
    /// including the fusion of projects.
    /// </summary>
    public static string Upgrade(string role, string version, IReadOnlyList<OmsRegion> regions)
    {
        var to = Version.Parse(version);
        var sql = new StringBuilder();
        foreach (var level in Levels.Where(x => Version.Parse(x) <= to))
        {
            if (level == "4.0.1" && role == "rm")
            {
                sql.Append(Read(level, "fuse"));
                foreach (var region in regions)
                {
                    sql.Append(
                        Read(level, "merge").Replace("{region}", OmsSeed.Quote(region.Name), StringComparison.Ordinal));
                }

                sql.AppendLine("DROP TABLE oms_sync_project;").AppendLine("DROP TABLE oms_correction_log;");
            }

            sql.Append(Read(level, role));
        }

        return sql.ToString();
    }

    private static string Read(string level, string name)
    {
        var path = Path.Combine(Folder, level, name + ".sql");
        return File.Exists(path)
            ? string.Concat(File.ReadLines(path).Where(x => x.Length > 0).Select(x => x + ";\n"))
            : "";
    }
}
