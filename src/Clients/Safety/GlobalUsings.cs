global using System.Net;
global using System.Net.Http;
global using System.Net.Sockets;
global using Drydock.Abstractions.Values;
