using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Crds;

public sealed class PatternsTests
{
    [Theory]
    [InlineData(Patterns.Duration, "0s")]
    [InlineData(Patterns.Duration, "1h30m")]
    [InlineData(Patterns.Duration, "250ms")]
    [InlineData(Patterns.PositiveDuration, "90s")]
    [InlineData(Patterns.PositiveDuration, "0h5m")]
    [InlineData(Patterns.PositiveDuration, "60d")]
    [InlineData(Patterns.PositiveDuration, "9999d9999d")]
    [InlineData(Patterns.PositiveDuration, "010m0s")]
    [InlineData(Patterns.OmsVersion, "3.2.2")]
    [InlineData(Patterns.OmsVersion, "3.2.2-bp2")]
    [InlineData(Patterns.OmsVersion, "4.2.2_BP1-CE")]
    [InlineData(Patterns.OmsVersion, "3.3.1-ce")]
    [InlineData(Patterns.Image, "registry.example:5000/team/oms:feature_4.2.2")]
    [InlineData(Patterns.Image, "sha256:0123456789abcdef")]
    [InlineData(Patterns.Image, "registry.example/oms@sha256:0123456789abcdef")]
    [InlineData(Patterns.IPAddress, "192.0.2.216")]
    [InlineData(Patterns.IPAddress, "2001:db8::1")]
    [InlineData(Patterns.IPAddress, "::")]
    [InlineData(Patterns.IPAddress, "::1")]
    [InlineData(Patterns.IPAddress, "fe80::")]
    [InlineData(Patterns.IPAddress, "1:2:3:4:5:6:7:8")]
    [InlineData(Patterns.DockerEndpoint, "tcp://192.0.2.216:2376")]
    [InlineData(Patterns.DockerEndpoint, "ssh://admin@oms-a.example:2222")]
    [InlineData(Patterns.DockerEndpoint, "ssh://oms-a.example")]
    [InlineData(Patterns.DockerEndpoint, "unix:///run/docker.sock")]
    [InlineData(Patterns.DockerEndpoint, "ssh://admin@oms-a.example:2222/run/user/1000/docker.sock")]
    [InlineData(Patterns.DockerEndpointOfNodes, "ssh://admin@{hostIP}/run/podman/podman.sock")]
    [InlineData(Patterns.DockerEndpointOfNodes, "tcp://{name}.example:2376")]
    [InlineData(Patterns.DockerEndpointOfNodes, "unix:///run/{name}.sock")]
    [InlineData(Patterns.AbsolutePath, "/")]
    [InlineData(Patterns.AbsolutePath, "/var/lib/drydock")]
    [InlineData(Patterns.RelativePath, "oms_422.tar.gz")]
    [InlineData(Patterns.RelativePath, "images/oms 4.2.2.tar")]
    [InlineData(Patterns.HoldName, "StopOld")]
    [InlineData(Patterns.HoldName, "StopOld/oms-a")]
    [InlineData(Patterns.HoldName, "InitMetadata/default/oms-a")]
    [InlineData(Patterns.HoldName, "PointOfNoReturn")]
    [InlineData(Patterns.ContainerName, "oms_322bp2")]
    [InlineData(Patterns.DatabaseName, "cm_hb_340")]
    [InlineData(Patterns.TimeOfDay, "00:00")]
    [InlineData(Patterns.TimeOfDay, "23:59")]
    [InlineData(Patterns.HttpUrl, "https://s3.example:9000")]
    [InlineData(Patterns.HttpUrl, "http://[2001:db8::1]:9000/minio/")]
    [InlineData(Patterns.Bucket, "oms.dumps-1")]
    [InlineData(Patterns.AgeRecipient, "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")]
    [InlineData(Patterns.ProjectKey, "Migration/12")]
    [InlineData(Patterns.ProjectKey, "Synchronization/np_7")]
    [InlineData(Patterns.SecretKey, "tls.key_1-a")]
    [InlineData(Patterns.MemorySize, "0")]
    [InlineData(Patterns.MemorySize, "34359738368")]
    [InlineData(Patterns.MemorySize, "32Gi")]
    [InlineData(Patterns.MemorySize, "500M")]
    [InlineData(Patterns.Bind, "/data/extra:/opt/extra")]
    [InlineData(Patterns.Bind, "/:/host:ro,rslave")]
    public void Pattern_matches_valid_text(string pattern, string text) => Regex.IsMatch(text, pattern).ShouldBeTrue();

    [Theory]
    [InlineData(Patterns.Duration, "")]
    [InlineData(Patterns.Duration, "10")]
    [InlineData(Patterns.Duration, "-5m")]
    [InlineData(Patterns.Duration, "1.5h")]
    [InlineData(Patterns.Duration, "10000d")]
    [InlineData(Patterns.Duration, "1000000s")]
    [InlineData(Patterns.Duration, "1s1s1s1s1s1s")]
    [InlineData(Patterns.PositiveDuration, "10000d")]
    [InlineData(Patterns.PositiveDuration, "0s")]
    [InlineData(Patterns.PositiveDuration, "0h0m")]
    [InlineData(Patterns.OmsVersion, "4.2")]
    [InlineData(Patterns.OmsVersion, "v4.2.2")]
    [InlineData(Patterns.OmsVersion, "4.2.2-rc1")]
    [InlineData(Patterns.OmsVersion, "99999999999.0.0")]
    [InlineData(Patterns.Image, "oms 4.2.2")]
    [InlineData(Patterns.Image, "-oms")]
    [InlineData(Patterns.IPAddress, "192.0.2.256")]
    [InlineData(Patterns.IPAddress, "oms-a")]
    [InlineData(Patterns.IPAddress, ":::")]
    [InlineData(Patterns.IPAddress, "1:2")]
    [InlineData(Patterns.IPAddress, "1:2:3:4:5:6:7:8:9")]
    [InlineData(Patterns.IPAddress, "1::2::3")]
    [InlineData(Patterns.IPAddress, "")]
    [InlineData(Patterns.DockerEndpoint, "tcp://192.0.2.216")]
    [InlineData(Patterns.DockerEndpoint, "http://192.0.2.216:2375")]
    [InlineData(Patterns.DockerEndpoint, "ssh://admin:secret@oms-a")]
    [InlineData(Patterns.DockerEndpoint, "unix://run/docker.sock")]
    [InlineData(Patterns.DockerEndpoint, "ssh://admin@{hostIP}")]
    [InlineData(Patterns.DockerEndpoint, "ssh://admin@oms-a/run/$(x)/docker.sock")]
    [InlineData(Patterns.DockerEndpoint, "ssh://admin@oms-a/run//docker.sock")]
    [InlineData(Patterns.DockerEndpointOfNodes, "ssh://admin@{hostIP}/a b.sock")]
    [InlineData(Patterns.DockerEndpointOfNodes, "ssh://admin:secret@{hostIP}")]
    [InlineData(Patterns.AbsolutePath, "var/lib")]
    [InlineData(Patterns.RelativePath, "/oms_422.tar.gz")]
    [InlineData(Patterns.RelativePath, "images/")]
    [InlineData(Patterns.HoldName, "/oms-a")]
    [InlineData(Patterns.ContainerName, "oms 322")]
    [InlineData(Patterns.DatabaseName, "a`b")]
    [InlineData(Patterns.TimeOfDay, "24:00")]
    [InlineData(Patterns.TimeOfDay, "2:00")]
    [InlineData(Patterns.HttpUrl, "https://user:secret@s3.example")]
    [InlineData(Patterns.HttpUrl, "https://s3.example/?x=1")]
    [InlineData(Patterns.HttpUrl, "s3.example")]
    [InlineData(Patterns.Bucket, "Dumps")]
    [InlineData(Patterns.Bucket, "-dumps")]
    [InlineData(Patterns.AgeRecipient, "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ")]
    [InlineData(Patterns.AgeRecipient, "ssh-ed25519 AAAA")]
    [InlineData(Patterns.ProjectKey, "12")]
    [InlineData(Patterns.ProjectKey, "migration/12")]
    [InlineData(Patterns.DatabaseName, "a b")]
    [InlineData(Patterns.SecretKey, "a/b")]
    [InlineData(Patterns.MemorySize, "32GB")]
    [InlineData(Patterns.MemorySize, "-1")]
    [InlineData(Patterns.Bind, "named:/opt/extra")]
    [InlineData(Patterns.Bind, "/data:/opt:tmp")]
    public void Pattern_refuses_invalid_text(
        string pattern, string text) => Regex.IsMatch(text, pattern).ShouldBeFalse();

    [Theory]
    [InlineData("9999d9999d9999d9999d9999d")]
    [InlineData("999999h999999h999999h999999h999999h")]
    [InlineData("0s")]
    [InlineData("1ms")]
    public void Duration_accepted_by_the_schema_can_be_parsed(string text)
    {
        Regex.IsMatch(text, Patterns.Duration).ShouldBeTrue();
        text.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.Duration);
        KubernetesDuration.TryParse(text, out var value).ShouldBeTrue();
        value.ShouldBeLessThanOrEqualTo(KubernetesDuration.Longest);
    }

    [Fact]
    public void Clipped_text_marks_the_cut_and_keeps_whole_characters()
    {
        SchemaLimits.Clip("abc", 3).ShouldBe("abc");
        SchemaLimits.Clip("abcd", 3).ShouldBe("ab…");
        SchemaLimits.Clip("a😀bc", 3).ShouldBe("a…");
        SchemaLimits.Clip(new string('x', 100_000)).Length.ShouldBeLessThanOrEqualTo(SchemaLimits.Message);
        SchemaLimits.Clip(new string('x', 8292)).ShouldBe(new string('x', 8160) + "… (132 more characters)");
        SchemaLimits.Clip("\u001b[31mred\u202e\u0007 line\r\n\ttab").ShouldBe("red line\n\ttab");
        SchemaLimits.Clip("half \ud83d, whole 😀").ShouldBe("half \ufffd, whole 😀");
    }
}
