namespace Drydock.Lab.Oms;

/// <summary>
/// Writes config.yaml and the three mounts of a host. The lab's hosts share this machine's file system.
/// </summary>
internal sealed class OmsMounts(OmsScenario scenario, IOmsMetaDb metaDb)
{
    /// <summary>Empties the mounts and keeps their directories.</summary>
    public void Clear(OmsNode node)
    {
        foreach (var directory in new[] { node.Logs, node.Store, node.Run })
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    /// <summary>
    /// Seeds the files of an OMS in use: an old docker_init log with the marker, store files, and the sign of a first
    /// boot.
    /// </summary>
    public async Task SeedAsync(OmsNode node, string marker)
    {
        foreach (var directory in new[]
        {
            node.Logs, node.Store, node.Run, Path.Combine(node.Run, ".standin"), Path.Combine(node.Store, "store7100")
        })
        {
            Directory.CreateDirectory(directory);
        }

        await File.WriteAllTextAsync(
            node.OldInitLog, $"# 【步骤一】校验 config.yaml 配置文件\n# 【步骤五】初始化 OMS 资源标签和资源组\n{marker}\n");
        await File.WriteAllTextAsync(Path.Combine(node.Store, "store7100", "data.bin"), new string('s', 65536));
        await File.WriteAllTextAsync(Path.Combine(node.Run, ".standin", "fresh"), "");
    }

    /// <summary>Writes in place, so that the bind of a running container shows the change.</summary>
    public async Task WriteConfigAsync(OmsNode node, Func<string, string>? edit)
    {
        var text = OmsConfigFile.Write(
            scenario.Options, node, ReferenceEquals(node.Region, scenario.Regions[0]), metaDb);
        await File.WriteAllTextAsync(node.Config, edit is null ? text : edit(text));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(node.Config, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Writes by a rename, so that the stand-in never reads half a file.</summary>
    public async Task WriteKnobsAsync(OmsNode node, OmsKnobs knobs, OmsAuditAccess audit)
    {
        var json = JsonSerializer.SerializeToNode(knobs, OmsJson.Default.OmsKnobs)!.AsObject();
        json["audit"] = new JsonObject
        {
            ["host"] = audit.Host,
            ["port"] = audit.Port,
            ["user"] = audit.User,
            ["password"] = audit.Password,
            ["database"] = audit.Database
        };
        var api = json["api"] as JsonObject ?? [];
        json["api"] = api;
        api["user"] = OmsScenario.ApiUser;
        api["password"] = OmsCanaries.ApiPassword;
        var path = Path.Combine(node.Run, ".standin", "knobs.json");
        await File.WriteAllTextAsync(path + ".new", json.ToJsonString());
        File.Move(path + ".new", path, overwrite: true);
    }
}
