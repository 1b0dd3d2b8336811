using System.Net.Sockets;

namespace Drydock.Tests.Unit.Clients.Safety;

public sealed class EndpointPolicyTests
{
    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("127.255.255.254", "loopback")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("0.1.2.3", "unspecified")]
    [InlineData("169.254.169.254", "link-local; cloud metadata services listen there")]
    [InlineData("100.100.100.200", "the metadata service of Alibaba Cloud")]
    [InlineData("168.63.129.16", "the platform service of Azure")]
    [InlineData("192.0.0.192", "the metadata service of Oracle Cloud")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("239.255.255.255", "multicast")]
    [InlineData("255.255.255.255", "reserved")]
    [InlineData("::1", "loopback")]
    [InlineData("::", "unspecified")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("fe80::1%3", "link-local")]
    [InlineData("febf:ffff::1", "link-local")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("fd00:ec2::254", "the metadata service of AWS")]
    [InlineData("fd20:ce::254", "the metadata service of Google Cloud")]
    [InlineData("::ffff:127.0.0.1", "loopback")]
    [InlineData("::ffff:169.254.169.254", "link-local; cloud metadata services listen there")]
    [InlineData("::ffff:0:127.0.0.1", "loopback")]
    [InlineData("::127.0.0.1", "loopback")]
    [InlineData("64:ff9b::169.254.169.254", "link-local; cloud metadata services listen there")]
    [InlineData("64:ff9b::7f00:1", "loopback")]
    [InlineData("2002:7f00:0001::1", "loopback")]
    [InlineData("2002:a9fe:a9fe::", "link-local; cloud metadata services listen there")]
    [InlineData("2001:0:1:2:3:4:80ff:fffe", "loopback")]
    [InlineData("10.0.0.1", null)]
    [InlineData("172.16.0.1", null)]
    [InlineData("192.168.1.1", null)]
    [InlineData("192.0.2.10", null)]
    [InlineData("100.64.0.1", null)]
    [InlineData("100.100.100.201", null)]
    [InlineData("fd00::1", null)]
    [InlineData("2001:db8::1", null)]
    [InlineData("::ffff:10.0.0.1", null)]
    [InlineData("64:ff9b::10.0.0.1", null)]
    public void By_default_only_addresses_of_hosts_are_connected_to(string address, string? kind) =>
        EndpointPolicy.Default.Refusal(IPAddress.Parse(address)).ShouldBe(kind);

    [Theory]
    [InlineData("127.0.0.1/32", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("127.0.0.0/8", "::ffff:127.9.9.9", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("::1", "127.0.0.1", false)]
    [InlineData("0.0.0.0/0", "169.254.169.254", true)]
    [InlineData("0.0.0.0/0", "fe80::1", false)]
    public void An_allowed_network_is_an_exception(string allowed, string address, bool passes) =>
        EndpointPolicy.Create([allowed], allowUnixSockets: false)
            .Refusal(IPAddress.Parse(address))
            .ShouldBe(passes ? null : EndpointPolicy.Default.Refusal(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.96.0.1", "10.96.0.1")]
    [InlineData("10.96.0.1", "::ffff:10.96.0.1")]
    [InlineData("fd00::1", "fd00::1")]
    public void The_api_server_is_refused_unless_it_is_allowed(string apiServer, string address)
    {
        EndpointPolicy.Create([], allowUnixSockets: false, apiServer)
            .Refusal(IPAddress.Parse(address)).ShouldBeWorded();
        EndpointPolicy.Create([apiServer], allowUnixSockets: false, apiServer)
            .Refusal(IPAddress.Parse(address))
            .ShouldBeNull();
        EndpointPolicy.Create([], allowUnixSockets: false, "no address")
            .Refusal(IPAddress.Parse(address))
            .ShouldBeNull();
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("10.0.0.0/33")]
    [InlineData("")]
    public void Text_that_is_no_network_is_refused(string text) =>
        Should.Throw<FormatException>(() => EndpointPolicy.Network(text)).Message.ShouldContain($"'{text}'");

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1 is refused (loopback)")]
    [InlineData("127.1", "127.1 has the address 127.0.0.1, which is refused (loopback)")]
    [InlineData("2130706433", "2130706433 has the address 127.0.0.1, which is refused (loopback)")]
    [InlineData("0x7f.1", "0x7f.1 has the address 127.0.0.1, which is refused (loopback)")]
    [InlineData("[::1]", "::1 is refused (loopback)")]
    [InlineData("localhost", "localhost has the address ")]
    public async Task Refused_address_in_any_form_is_named_with_flag(string host, string begins)
    {
        var refusal =
            await Should.ThrowAsync<EndpointRefusedException>(() => EndpointPolicy.Default.CheckAsync(host, Token));

        refusal.Message.ShouldStartWith(begins);
        refusal.Message.ShouldMatch(@"`--allow-address (127\.0\.0\.1/32|::1/128)`");
    }

    [Fact]
    public async Task A_refused_address_gets_no_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        await Should.ThrowAsync<EndpointRefusedException>(
            () =>
                EndpointPolicy.Default.ConnectAsync(
                    socket, "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, Token));

        socket.Connected.ShouldBeFalse();
        listener.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task An_allowed_address_is_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        await EndpointPolicy.Create(["127.0.0.1"], allowUnixSockets: false).ConnectAsync(
            socket, "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, Token);

        socket.Connected.ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_that_cannot_be_one_is_not_resolved() =>
        (await Should.ThrowAsync<SocketException>(
            () => EndpointPolicy.Default.CheckAsync(new string('a', 256), Token))).SocketErrorCode
            .ShouldBe(SocketError.HostNotFound);

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
