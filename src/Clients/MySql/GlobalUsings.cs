global using System.Globalization;
global using System.Net;
global using System.Net.Security;
global using System.Net.Sockets;
global using System.Security.Cryptography;
global using System.Security.Cryptography.X509Certificates;
global using System.Text;
global using Drydock.Abstractions.Values;
