namespace Drydock.Tests.Unit.Oms;

public sealed class OmsConfigTests
{
    private const string Minimal = """
        oms_meta_host: 192.0.2.9
        oms_meta_port: 2883
        oms_meta_user: drc@tenant#cluster
        oms_meta_password: canary-meta
        drc_rm_db: rm_340
        drc_cm_db: cm_340
        drc_cm_heartbeat_db: cm_hb_340
        cm_location: 1
        cm_nodes:
         - 192.0.2.216
         - 192.0.2.217

        """;

    [Fact]
    public void Config_keys_are_read()
    {
        const string Yaml = """
            # a comment
            oms_meta_host: db.example
            oms_meta_port: '2883'
            "oms_meta_user": drc
            oms_meta_password: " canary meta "
            drc_rm_db: rm_340
            drc_cm_db: cm_340
            drc_cm_heartbeat_db: cm_hb_340
            drc_user: sysuser
            drc_password: 123456
            cm_url: http://192.0.2.216:8088
            cm_location: "0"
            cm_region: cn-hangzhou
            cm_region_cn: 杭州
            cm_is_default: !!bool "false"
            'cm_nodes': ["192.0.2.216", '192.0.2.217']
            "tsdb_enabled": !!bool "true"
            tsdb_service: 'INFLUXDB'
            tsdb_url: 192.0.2.3:8086
            tsdb_username: influx
            tsdb_password: canary-tsdb
            ghana_server_port: "18090"
            nginx_server_port: 18089
            cm_server_port: 18088
            supervisor_server_port: 19000
            sshd_server_port: 12023
            apsara_audit_sls_access_key: canary-sls-key
            apsara_audit_sls_access_secret: canary-sls-secret
            apsara_audit_sls_endpoint: sls.example
            apsara_audit_sls_ops_site_topic: ops
            apsara_audit_sls_user_site_topic: user
            future_key: {a: [1, 2]}
            future_password: canary-future
            """;

        var result = OmsConfig.Parse(Yaml);

        result.Errors.ShouldBeEmpty();
        var config = result.Config.ShouldNotBeNull();
        (config.MetaHost, config.MetaPort, config.MetaUser, config.MetaPassword.Reveal())
            .ShouldBe(("db.example", 2883, "drc", " canary meta "));
        (config.RmDatabase, config.CmDatabase, config.HeartbeatDatabase).ShouldBe(("rm_340", "cm_340", "cm_hb_340"));
        (config.CmLocation, config.CmRegion, config.CmIsDefault).ShouldBe((0, "cn-hangzhou", false));
        config.CmNodes.ShouldBe(["192.0.2.216", "192.0.2.217"]);
        config.Ports.ShouldBe(new OmsPorts(18090, 18089, 18088, 19000, 12023));
        result.SecretValues.Select(secret => secret.Reveal()).Order(StringComparer.Ordinal)
            .ShouldBe(
                [" canary meta ", "123456", "canary-future", "canary-sls-key", "canary-sls-secret", "canary-tsdb"]);
        config.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public void Absent_keys_have_their_defaults()
    {
        var config = OmsConfig.Parse(Minimal).Config.ShouldNotBeNull();

        config.CmIsDefault.ShouldBeTrue();
        config.Ports.All.ShouldBe([8090, 8089, 8088, 9000, 2023]);
        config.CmRegion.ShouldBeNull();
    }

    [Fact]
    public void Duplicate_key_uses_the_last_value_and_hides_both()
    {
        var result = OmsConfig.Parse(Minimal + "oms_meta_password: canary-second\n");

        result.Config.ShouldNotBeNull().MetaPassword.Reveal().ShouldBe("canary-second");
        result.SecretValues.Count.ShouldBe(2);
    }

    [Fact]
    public void Every_config_error_names_key_value_and_expectation()
    {
        var result = OmsConfig.Parse("""
            oms_meta_host:
            oms_meta_port: seventy
            oms_meta_user: ''
            oms_meta_password: [canary-list]
            drc_rm_db: mysql
            drc_cm_heartbeat_db: ~
            cm_location: 128
            cm_is_default: perhaps
            nginx_server_port: 70000
            cm_nodes: []
            tsdb_password: {canary: canary}
            """);

        result.Config.ShouldBeNull();
        result.Errors.Select(error => error.Split(' ', ':')[0]).Order(StringComparer.Ordinal).ShouldBe(
        [
            "cm_is_default", "cm_location", "cm_nodes", "drc_cm_db", "drc_cm_heartbeat_db", "drc_rm_db",
            "nginx_server_port",
            "oms_meta_host", "oms_meta_password", "oms_meta_port", "oms_meta_user",
        ]);
        result.Errors.ShouldAllBe(error => error.EndsWith("Correct it in this node's config.yaml."));
        result.Errors.ShouldAllBe(error => !error.Contains("canary"));
        result.Errors.ShouldContain(
            error => error.StartsWith("oms_meta_port: 'seventy' is not a port from 1 to 65535."));
        result.SecretValues.Select(secret => secret.Reveal()).ShouldBe(["canary-list", "canary"]);
        result.Findings("oms-a")
            .ShouldAllBe(finding => finding.Node == "oms-a" && finding.Reason == Reasons.ConfigUnreadable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("just text canary")]
    [InlineData("- canary\n")]
    [InlineData("oms_meta_password: \"canary\noms_meta_port: 1\n")]
    [InlineData("oms_meta_password: *canary\n")]
    [InlineData("oms_meta_password: *********\n")]
    [InlineData("oms_meta_password: @canary\n")]
    [InlineData("? {canary: x}\n: y\n")]
    [InlineData("a: b: canary\n")]
    public void File_that_is_not_a_config_is_one_error(string yaml)
    {
        var error = OmsConfig.Parse(yaml).Errors.ShouldHaveSingleItem();

        error.ShouldBeWorded();
        error.ShouldNotContain("canary");
    }

    [Fact]
    public void Endless_nesting_is_refused() =>
        OmsConfig.Parse(string.Concat(Enumerable.Repeat("[", 5000))).Errors.ShouldHaveSingleItem().ShouldBeWorded();
}
