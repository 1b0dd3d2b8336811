namespace Drydock.Lab.Oms;

/// <summary>config.yaml as users and tools write it.</summary>
internal static class OmsConfigFile
{
    public static string Write(OmsScenarioOptions options, OmsNode node, bool isDefault, IOmsMetaDb metaDb)
    {
        var region = node.Region;
        var text = new StringBuilder();
        void Add(string key, string value, bool plain = true)
        {
            var quoted = "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
            text.Append(options.QuotedConfig
                ? $"\"{key}\": {(value is "true" or "false" ? "!!bool " : "")}{quoted}\n"
                : $"{key}: {(plain ? value : "'" + value + "'")}\n");
        }

        text.Append("# OMS 配置\n");
        Add("oms_meta_host", metaDb.Host);
        Add("oms_meta_port", metaDb.Port.ToString(CultureInfo.InvariantCulture));
        Add("oms_meta_user", OmsScenario.MetaUser);
        Add("oms_meta_password", OmsCanaries.MetaPassword);
        Add("drc_user", "drc_reader");
        Add("drc_password", OmsCanaries.DrcPassword);
        Add("drc_rm_db", options.RmDatabase);
        Add("drc_cm_db", options.CmDatabase);
        Add("drc_cm_heartbeat_db", region.HeartbeatDatabase);
        Add("cm_url", string.Create(
            CultureInfo.InvariantCulture, $"http://{region.Hosts[0].Address}:{options.Ports?.Cm ?? 8088}"));
        Add("cm_location", region.CmLocation.ToString(CultureInfo.InvariantCulture));
        Add("cm_region", region.Name);
        Add("cm_region_cn", region.Name);
        Add("cm_is_default", isDefault ? "true" : "false");
        text.Append(options.QuotedConfig ? "\"cm_nodes\":\n" : "cm_nodes:\n");
        foreach (var address in options.CmNodes?.Invoke(region, node.Host) ?? [.. region.Hosts.Select(x => x.Address)])
        {
            text.Append(options.QuotedConfig ? $"  - \"{address}\"\n" : $" - {address}\n");
        }

        Add("tsdb_service", "INFLUXDB", plain: false);
        Add("tsdb_enabled", "false");
        Add("tsdb_url", "192.0.2.9:8086", plain: false);
        Add("tsdb_username", "tsdb");
        Add("tsdb_password", OmsCanaries.TsdbPassword);
        Add("apsara_audit_sls_access_key", OmsCanaries.SlsAccessKey);
        Add("apsara_audit_sls_access_secret", OmsCanaries.SlsAccessSecret);
        Add("apsara_audit_sls_endpoint", "sls.example");
        if (options.QuotedConfig || options.Ports is not null)
        {
            var ports = options.Ports ?? new OmsPorts();
            void Port(string key, int value) => Add(key, value.ToString(CultureInfo.InvariantCulture));
            Port("ghana_server_port", ports.Ghana);
            Port("nginx_server_port", ports.Nginx);
            Port("cm_server_port", ports.Cm);
            Port("supervisor_server_port", ports.Supervisor);
            Port("sshd_server_port", ports.Sshd);
        }

        if (options.QuotedConfig)
        {
            Add("x_site_note", "an unknown key: kept # as it is");
        }

        return text.ToString();
    }
}
